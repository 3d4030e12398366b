// Text files and folders of models, opened or dropped.

import { label, messageOf } from "./dom.js";
import { guess } from "./encodings.js";
import { megabytes, t } from "./i18n.js";

/** A text file may have this many bytes. */
const LARGEST = 20_000_000;
/** A dropped folder may hold this many files, in folders this deep. */
const MOST_FILES = 2000;
const DEEPEST = 8;

/** The share of characters that a text in an older encoding may have lost. */
const MOST_LOST = 0.01;
/** What no text has. */
const CONTROLS = /[\0-\x08\x0e-\x1f\x7f]/;

/**
 * The text of a file, with the label of its encoding if that was guessed or `chosen`: what is chosen is taken as it is,
 * whatever becomes of the text. Rejects with a message for the reader.
 * @param {File} file
 * @param {string | null} [chosen]
 * @returns {Promise<{ text: string, guessed: string | null }>}
 */
export async function readText(file, chosen = null) {
  const name = label(file.name);
  if (file.size > LARGEST) {
    throw new Error(t("file-too-large", { name, size: megabytes(file.size), limit: megabytes(LARGEST) }));
  }
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new Error(t("file-unreadable", { name, reason: messageOf(error) }));
  }
  if (chosen) return { text: new TextDecoder(chosen).decode(bytes), guessed: chosen };
  const text = decoded(bytes, encodingOf(bytes));
  // What is no text may be UTF-8 by chance; text holds no such character.
  if (text !== null && !text.includes("\0")) return { text, guessed: null };
  if (text === null) {
    const guessed = await guess(bytes);
    const text = decoded(bytes, guessed) ?? damaged(bytes, guessed);
    if (text !== null && !CONTROLS.test(text)) return { text, guessed };
  }
  throw new Error(t("file-not-text", { name }));
}

/**
 * @param {Uint8Array} bytes
 * @param {string} label
 */
function decoded(bytes, label) {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Text in which a few bytes are no characters, as where a file was cut.
 * @param {Uint8Array} bytes
 * @param {string} label
 */
function damaged(bytes, label) {
  const text = new TextDecoder(label).decode(bytes);
  const lost = text.split("\ufffd").length - 1;
  return lost <= MOST_LOST * text.length ? text : null;
}

/**
 * UTF-16 begins with a mark that UTF-8 cannot have.
 * @param {Uint8Array} bytes
 */
function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}

/**
 * What was dropped: the files of a `folder`, if one was, or `files`. Must be called while the event lasts.
 *
 * @param {DataTransfer} transfer
 */
export async function dropped(transfer) {
  const entries = Array.from(transfer.items ?? [], (item) => item.webkitGetAsEntry?.());
  const entry = entries.find((entry) => entry?.isDirectory);
  if (!entry) return { files: Array.from(transfer.files) };
  /** @type {File[]} */
  const folder = [];
  await collect(/** @type {FileSystemDirectoryEntry} */ (entry), `${entry.name}/`, folder, 0);
  return { folder };
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @param {string} path
 * @param {File[]} files
 * @param {number} depth
 */
async function collect(folder, path, files, depth) {
  if (depth > DEEPEST) return;
  const reader = folder.createReader();
  for (;;) {
    // Chromium hands out a hundred at a time.
    /** @type {FileSystemEntry[]} */
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (files.length >= MOST_FILES) return;
      const name = path + entry.name;
      if (entry.isDirectory) {
        await collect(/** @type {FileSystemDirectoryEntry} */ (entry), `${name}/`, files, depth + 1);
      } else {
        const { file: read } = /** @type {FileSystemFileEntry} */ (entry);
        /** @type {File} */
        const file = await new Promise((resolve, reject) => read.call(entry, resolve, reject));
        // What an input for folders would have said.
        Object.defineProperty(file, "webkitRelativePath", { value: name });
        files.push(file);
      }
    }
  }
}

/**
 * Whether a file is an archive, by its name: a bundle may be in one.
 * @param {File} file
 */
export const isArchive = ({ name }) => /\.zip$/i.test(name);

/**
 * Hands a file to the reader.
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Hands contents to the reader as a file.
 * @param {string} name
 * @param {string} type
 * @param {BlobPart} contents
 */
export const save = (name, type, contents) => download(new Blob([contents], { type }), name.replace(/[^\w.-]+/g, "-"));
