// The recognizer of this page, and the heads that can be asked.

import { load } from "../pkg/nerite.js";
import { byId, messageOf, option } from "../shared/dom.js";
import { nameOf } from "../shared/head-names.js";
import { t } from "../shared/i18n.js";
import { percent } from "./figures.js";

/** @typedef {import("../pkg/nerite.js").Recognizer} Recognizer */

const BUNDLE = "all-MiniLM-L6-v2";
/** The head that a training makes. */
export const OWN = "own";

/** @type {Promise<Recognizer> | null} */
let recognizer = null;

/** It is loaded when it is asked for first. */
export function engine() {
  recognizer ??= load(`bundles/${BUNDLE}/`, {
    onProgress: ({ loaded, total }) => {
      byId("status").textContent = t("loading", { percent: percent(loaded / total) });
    },
  }).then(
    (loaded) => {
      byId("status").textContent = t("loaded");
      return loaded;
    },
    (error) => {
      recognizer = null;
      throw error;
    },
  );
  return recognizer;
}

/**
 * Makes a project's head known, and lists all heads.
 * @param {import("./project.js").Project} project
 */
export async function addOwnHead({ head, name }) {
  for (const id of /** @type {const} */ (["download-head", "download-bundle", "download-report"]))
    byId(id).disabled = !head;
  const known = await engine().catch((error) => {
    byId("status").textContent = messageOf(error);
    return null;
  });
  if (!known) return;
  if (head) await known.addHead(OWN, head, { title: name });
  const chosen = byId("suggester").value;
  const heads = listHeads(known, Boolean(head));
  byId("suggester").value = head ? OWN : heads.some(({ id }) => id === chosen) ? chosen : "";
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
 * Lists the heads anew: in another language.
 * @param {import("./project.js").Project} project
 */
export async function translateHeads({ head }) {
  const known = await recognizer?.catch(() => null);
  const chosen = byId("suggester").value;
  if (known) listHeads(known, Boolean(head));
  byId("suggester").value = chosen;
}
