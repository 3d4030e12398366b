// The user's own files: dropped or chosen. What nothing else takes is taken for a report.

import { byId, element, label, messageOf } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { longName, usedSets } from "./names.js";
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
 * @param {string} text
 * @param {boolean} bad
 */
function say(text, bad) {
  byId("files-log").append(element("li", { class: bad ? "bad" : "good" }, text));
}

/** @param {File} file */
async function takeOne(file) {
  const { kind, id } = await addFile(file);
  const given = { name: file.name, program: "" };
  const program = entries.get(id)?.foreign?.program;
  if (kind === "foreign") given.program = t(`program_${program}`);
  return t(`added_${kind}`, given);
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
      say(await takeOne(file), false);
    } catch (error) {
      say(t("refused", { name: file.name, reason: messageOf(error) }), true);
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
  byId("files-sets").replaceChildren(...fields);
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
