// What the terms mean, in a line each, where they stand.

import { element } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

/**
 * A list of terms; of each, its name and a line from the texts `term_NAME`.
 * @param {string[]} names
 */
export const terms = (names) =>
  element(
    "dl",
    { class: "terms" },
    names.flatMap((name) => [element("dt", {}, t(name)), element("dd", {}, t(`term_${name}`))]),
  );
