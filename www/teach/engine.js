// The recognizer of this page, and the heads that can be asked.

import { inspect, load } from "../pkg/nerite.js";
import { agree, hasAgreed } from "../shared/agreed.js";
import { byId, messageOf, option } from "../shared/dom.js";
import { nameOf } from "../shared/head-names.js";
import { megabytes, t } from "../shared/i18n.js";
import { percent } from "./figures.js";

/** @typedef {import("../pkg/nerite.js").Recognizer} Recognizer */

const BUNDLE = "all-MiniLM-L6-v2";
const ADDRESS = `bundles/${BUNDLE}/`;
/** The head that a training makes. */
export const OWN = "own";

/** @type {Promise<Recognizer> | null} */
let recognizer = null;
/**
 * The head of a project that the recognizer has as `own`.
 * @type {Uint8Array | null}
 */
let added = null;
/** The bytes of the model, while nobody has asked for it. */
let waits = 0;

/** It is downloaded when it is asked for first; who asks after the page has said what that takes has agreed to it. */
export function engine() {
  if (waits > 0) agree(ADDRESS);
  waits = 0;
  byId("load-model").hidden = true;
  recognizer ??= load(ADDRESS, {
    onProgress: ({ loaded, total }) => {
      byId("model").textContent = t("loading", { percent: percent(loaded / total) });
    },
  }).then(
    (loaded) => {
      byId("model").textContent = t("loaded");
      return loaded;
    },
    (error) => {
      recognizer = null;
      byId("model").textContent = messageOf(error);
      byId("load-model").hidden = false;
      throw error;
    },
  );
  return recognizer;
}

/**
 * The recognizer, if it is here, needs no download, or one that was agreed to; else the page says what a download takes.
 * @returns {Promise<Recognizer | null>}
 */
export async function engineIfKept() {
  if (recognizer) return recognizer.catch(() => null);
  try {
    const { bytes, cachedBytes } = await inspect(ADDRESS);
    if (recognizer || cachedBytes >= bytes || hasAgreed(ADDRESS)) return await engine();
    waits = bytes - cachedBytes;
    sayWaiting();
  } catch (error) {
    byId("model").textContent = messageOf(error);
    byId("load-model").hidden = false;
  }
  return null;
}

function sayWaiting() {
  if (waits === 0) return;
  byId("suggester").replaceChildren(option("", t("no-suggestions")));
  byId("model").textContent = t("model-waits", { size: megabytes(waits) });
  byId("load-model").hidden = false;
}

/**
 * Makes a project's head known, and lists all heads. Rejects if the head is not one of this page's model.
 * @param {Recognizer} known
 * @param {import("./project.js").Project} project
 */
export async function addOwnHead(known, { head, name }) {
  const chosen = byId("suggester").value;
  let own = false;
  try {
    if (head && head !== added) await known.addHead(OWN, head, { title: name });
    added = head;
    own = head !== null;
  } finally {
    const heads = listHeads(known, own);
    byId("suggester").value = own ? OWN : heads.some(({ id }) => id === chosen) ? chosen : "";
  }
}

/**
 * @param {Recognizer} known
 * @param {boolean} own whether the project has a head
 */
function listHeads({ heads }, own) {
  const listed = heads.filter(({ id }) => (id === OWN ? own : id !== "base"));
  byId("suggester").replaceChildren(
    option("", t("no-suggestions")),
    ...listed.map((head) => option(head.id, head.id === OWN ? head.title : nameOf(head, BUNDLE))),
  );
  return listed;
}

/**
 * Says all of it anew: in another language.
 * @param {import("./project.js").Project} project
 */
export async function translateHeads({ head }) {
  sayWaiting();
  const known = await recognizer?.catch(() => null);
  if (!known) return;
  const chosen = byId("suggester").value;
  byId("model").textContent = t("loaded");
  listHeads(known, Boolean(head));
  byId("suggester").value = chosen;
}
