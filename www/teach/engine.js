// The recognizer of this page, and the heads that can be asked.

import { load } from "../pkg/nerite.js";
import { byId, messageOf, option } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { percent } from "./figures.js";

/** @typedef {import("../pkg/nerite.js").Recognizer} Recognizer */

const BUNDLE = "bundles/all-MiniLM-L6-v2/";
/** The head that a training makes. */
export const OWN = "own";

/** @type {Promise<Recognizer> | null} */
let recognizer = null;

/** It is loaded when it is asked for first. */
export function engine() {
  recognizer ??= load(BUNDLE, {
    onProgress: ({ loaded, total }) => {
      byId("status").textContent = t("loading", { percent: percent(loaded / total) });
    },
  }).catch((error) => {
    recognizer = null;
    throw error;
  });
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
  const heads = known.heads.filter(({ id }) => id !== OWN || head).filter(({ id }) => id !== "base");
  byId("suggester").replaceChildren(
    option("", t("no-suggestions")),
    ...heads.map(({ id, title }) => option(id, title)),
  );
  byId("suggester").value = head ? OWN : heads.some(({ id }) => id === chosen) ? chosen : "";
}
