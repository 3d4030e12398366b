// The text of a file of any kind that people have: plain text, PDF, Word, OpenDocument, RTF, HTML, mails and others. What reads
// PDF and mails is a library, loaded only when such a file comes.

import { label, messageOf } from "../shared/dom.js";
import { readText } from "../shared/files.js";
import { megabytes, t } from "../shared/i18n.js";
import { isLabelled, isLabelledJson } from "../shared/labelled.js";
import { mailLibrary, pdfLibrary } from "../shared/libraries.js";
import { ofHtml } from "./html.js";
import { isMail, ofMail } from "./mail.js";
import { ofPacked } from "./packed.js";
import { ofPdf } from "./pdf.js";
import { ofRtf } from "./rtf.js";

/** A file that is no plain text may have this many bytes: pictures are most of them. */
const LARGEST = 100_000_000;
/** Kinds by the ending of a name, where the first bytes are shared by many. */
const ENCRYPTED = ["docx", "docm", "dotx", "pptx", "ppsx"];
const SHEETS = ["xls", "xlsx", "xlsm", "xlsb", "xlt", "ods", "numbers"];

/**
 * @typedef {"text" | "labelled" | "pdf" | "html" | "mail" | "rtf" | "docx" | "pptx" | "open" | "epub"} Kind
 * @typedef {{ text: string, guessed: string | null, kind: Kind, left: string[], part: Part | null }} Read
 *   what a file holds, with the label of its encoding if that was guessed or chosen, and the names of what is in it and
 *   was not read, as what is attached to a mail
 * @typedef {{ of: "pages" | "mails", read: number, all: number }} Part of a file of which not all is read
 * @typedef {{ kind: Kind | "sheet", text: string, left?: string[], part?: Part | null }} Found
 */

/**
 * The text of a file. Rejects with a message for the reader.
 * @param {File} file
 * @param {string | null} [chosen] an encoding's label
 * @param {AbortSignal} [signal] ends the work, once nobody waits for it any more
 * @returns {Promise<Read>}
 */
export async function read(file, chosen = null, signal) {
  const name = label(file.name);
  if (file.size === 0) throw new Error(t("file-empty", { name }));
  const kind = await kindOf(file);
  if (kind === "text" || kind === "html") {
    const { text: all, guessed } = await readText(file, chosen);
    // A byte order mark is no part of the text, as at the seams of files that were put together.
    const text = all.replaceAll("\uFEFF", "");
    if (kind === "html" || /^\s*<(!doctype html|html)[\s>]/i.test(text))
      return { text: await ofHtml(text), guessed, kind: "html", left: [], part: null };
    const own = isLabelled(text) || isLabelledJson(text) ? "labelled" : "text";
    return { text, guessed, kind: own, left: [], part: null };
  }
  if (file.size > LARGEST) {
    throw new Error(t("file-too-large", { name, size: megabytes(file.size), limit: megabytes(LARGEST) }));
  }
  if (!["pdf", "mail", "packed", "rtf"].includes(kind)) throw new Error(unread(kind, name));
  /** @type {Found | null} */
  let found;
  try {
    found = await ofKind(kind, file, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && error.name === "PasswordException") throw new Error(t("file-locked", { name }));
    throw new Error(t("file-unreadable", { name, reason: label(messageOf(error), 200) }));
  }
  if (found === null || found.kind === "sheet") throw new Error(unread(found?.kind ?? endingOf(file), name));
  if (found.text.trim() === "") throw new Error(t("file-no-text", { name }));
  return { text: found.text, guessed: null, kind: found.kind, left: found.left ?? [], part: found.part ?? null };
}

/**
 * @param {string} kind
 * @param {File} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<Found | null>}
 */
async function ofKind(kind, file, signal) {
  if (kind === "packed") return ofPacked(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (kind === "rtf") return { kind, text: ofRtf(bytes) };
  if (kind === "pdf") return { kind, ...(await ofPdf(bytes, await pdfLibrary(), signal)) };
  const { parse } = await mailLibrary();
  return { kind: "mail", ...(await ofMail(bytes, endingOf(file), { parse, ofHtml }, signal)) };
}

/**
 * What to do with a file that is not read.
 * @param {string} kind
 * @param {string} name
 */
function unread(kind, name) {
  if (kind === "locked") return t("file-locked", { name });
  if (kind === "msg") return t("file-outlook", { name });
  if (kind === "sheet" || SHEETS.includes(kind)) return t("file-sheet", { name });
  return t("file-kind", { name, kind: kind.toUpperCase() || "ZIP" });
}

/** @param {File} file */
const endingOf = ({ name }) => /\.([a-z0-9]+)$/i.exec(name)?.[1].toLowerCase() ?? "";

/**
 * By its first bytes, and where those are shared by many kinds, by its name.
 * @param {File} file
 */
async function kindOf(file) {
  const start = new Uint8Array(
    await file
      .slice(0, 1024)
      .arrayBuffer()
      .catch(() => new ArrayBuffer(0)),
  );
  const ascii = String.fromCharCode(...start);
  const ending = endingOf(file);
  if (ascii.startsWith("PK\x03\x04")) return "packed";
  // Word before 2007, and other files of that time; a later one that is in such a container is encrypted.
  if (ascii.startsWith("\xd0\xcf\x11\xe0")) return ENCRYPTED.includes(ending) ? "locked" : ending || "doc";
  if (ascii.startsWith("{\\rtf")) return "rtf";
  if (isMail(ending, file.type, ascii)) return "mail";
  if (ascii.includes("%PDF-")) return "pdf";
  return ["html", "htm", "xhtml"].includes(ending) || file.type === "text/html" ? "html" : "text";
}
