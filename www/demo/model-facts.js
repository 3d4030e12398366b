// What there is to say of the model in use.

import { byId, label } from "../shared/dom.js";
import { counted, megabytes, t } from "../shared/i18n.js";

/** @typedef {import("../pkg/nerite.js").Recognizer} Recognizer */

/**
 * Shows what it runs on, and whose the weights are; nothing where there is no model.
 * @param {Recognizer | null} recognizer
 */
export function showFacts(recognizer) {
  byId("license").textContent = recognizer ? license(recognizer) : "";
  byId("facts").textContent = recognizer
    ? t("facts", {
        backend: label(recognizer.backend),
        workers: counted("workers", recognizer.workers),
        memory: megabytes(recognizer.wasmBytes),
      })
    : "";
}

/**
 * Where the weights are from, and on what terms they may be used.
 * @param {Recognizer} recognizer
 */
function license({ license, source }) {
  const terms = [license?.name ?? t("license-unknown"), license?.attribution, license?.url];
  return t("license", {
    source: label(source, 200),
    license: terms
      .filter(Boolean)
      .map((part) => label(part, 200))
      .join(", "),
  });
}
