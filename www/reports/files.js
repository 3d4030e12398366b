// The user's own files: dropped or chosen. What nothing else takes is taken for a report.

import { byId, element, focusAgain, focusIn, label, messageOf } from "../shared/dom.js";
import { t, tOr } from "../shared/i18n.js";
import { passFocus } from "./focus.js";
import { longName, usedSets } from "./names.js";
import { say } from "./say.js";
import { UNKNOWN } from "./sets.js";
import { addFile, entries, removeOwn } from "./store.js";

/**
 * Something that takes files of its own kind, and gives the others.
 * @typedef {(files: File[]) => Promise<File[]>} Taker
 */

/** @type {Taker[]} */
const takers = [];

/** Has files offered to `taker` before they are taken for reports. */
export const onFiles = (/** @type {Taker} */ taker) => takers.push(taker);

/**
 * @param {() => string} text
 * @param {boolean} bad
 */
function log(text, bad) {
  const line = element("li", { class: bad ? "bad" : "good" });
  say(line, text);
  byId("files-log").append(line);
}

/**
 * Takes a file; gives what there is to say of it.
 * @param {File} file
 */
async function takeOne(file) {
  const { kind, id } = await addFile(file);
  const program = entries.get(id)?.foreign?.program;
  const named = () => (kind === "foreign" ? tOr(`program_${program}`, label(program)) : "");
  return () => t(`added_${kind}`, { name: file.name, program: named() });
}

/**
 * @param {Iterable<File>} files
 * @param {() => void} changed
 */
async function take(files, changed) {
  let rest = [...files];
  for (const taker of takers) rest = await taker(rest);
  if (rest.length === 0) return;
  for (const file of rest) {
    try {
      log(await takeOne(file), false);
    } catch (error) {
      log(() => t("refused", { name: file.name, reason: messageOf(error) }), true);
    }
  }
  byId("forget").hidden = false;
  changed();
}

/**
 * For each file that does not tell its test set, a choice of it.
 * @param {() => void} changed
 */
export function showNames(changed) {
  const unnamed = [...entries.values()].filter(({ foreign }) => foreign);
  const fields = unnamed.map((entry, index) => {
    const choose = (/** @type {any} */ event) => {
      entry.set = event.target.value;
      changed();
    };
    const options = [UNKNOWN, ...usedSets()].map((key) =>
      element("option", { value: key, selected: key === entry.set }, longName(key)),
    );
    return element(
      "div",
      { class: "field" },
      element("label", { for: `set-of-${index}` }, t("setOf", { name: label(entry.name, 40) })),
      element(
        "select",
        { id: `set-of-${index}`, "data-set-of": entry.id, "data-focus": entry.id, onchange: choose },
        options,
      ),
    );
  });
  const place = byId("files-sets");
  const focused = focusIn(place);
  place.replaceChildren(...fields);
  focusAgain(place, focused);
}

/**
 * Waits for files; `changed` is called when there are new ones, or none any more.
 * @param {() => void} changed
 */
export function takeFiles(changed) {
  byId("files").addEventListener("change", () => {
    const input = byId("files");
    take([...(input.files ?? [])], changed);
    input.value = "";
  });
  byId("forget").addEventListener("click", () => {
    removeOwn();
    byId("files-log").replaceChildren();
    passFocus(byId("forget"), byId("files"));
    byId("forget").hidden = true;
    changed();
  });
  for (const type of ["dragenter", "dragover"]) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      byId("drop").classList.add("over");
    });
  }
  for (const type of ["dragleave", "drop"])
    document.addEventListener(type, () => byId("drop").classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])], changed);
  });
}
