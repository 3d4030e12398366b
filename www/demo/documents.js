// The text of a file of any kind that people have: plain text, PDF, Word, HTML. What reads PDF and Word is large, and
// loaded only when such a file comes.

import { label, messageOf } from "../shared/dom.js";
import { readText } from "../shared/files.js";
import { megabytes, t } from "../shared/i18n.js";
import { isLabelled, isLabelledJson } from "../shared/labelled.js";
import { docxLibrary, pdfLibrary } from "../shared/libraries.js";
import { growsAtMost } from "./unpacked.js";

/** A PDF or Word file may have this many bytes: pictures are most of them. */
const LARGEST = 100_000_000;
/** What is packed in a Word file may have so many bytes more than it has packed. */
const MOST_GROWTH = 40_000_000;
/** No more pages of a PDF file are read, nor so many characters. */
const [MOST_PAGES, MOST_CHARACTERS] = [5000, 20_000_000];
const NEW_WORD = ["docx", "docm", "dotx"];
/** Where a Word file, which is an archive, lists what it holds: in this many bytes at its end. */
const WORD_LIST = 200_000;
/** Elements of HTML that begin a line. */
const BLOCKS =
  "address,article,aside,blockquote,br,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,h4,h5,h6,header,hr,li,main,nav,ol,p,pre,section,summary,table,td,th,tr,ul,title,option";
/** Those whose contents nobody reads. */
const SILENT = "script,style,noscript,template,svg,math,iframe,object,head > :not(title)";

/**
 * @typedef {{ text: string, guessed: string | null, kind: "text" | "labelled" | "pdf" | "docx" | "html" }} Read
 *   what a file holds, with the label of its encoding if that was guessed or chosen
 */

/** @type {Record<string, (bytes: Uint8Array<ArrayBuffer>) => Promise<string>>} */
const readers = { pdf: ofPdf, docx: ofDocx };

/**
 * The text of a file. Rejects with a message for the reader.
 * @param {File} file
 * @param {string | null} chosen an encoding's label
 * @returns {Promise<Read>}
 */
export async function read(file, chosen = null) {
  const name = label(file.name);
  if (file.size === 0) throw new Error(t("file-empty", { name }));
  const kind = await kindOf(file);
  if (kind === "text" || kind === "html") {
    const { text: all, guessed } = await readText(file, chosen);
    // A byte order mark is no part of the text, as at the seams of files that were put together.
    const text = all.replaceAll("\uFEFF", "");
    if (kind === "html" || /^\s*<(!doctype html|html)[\s>]/i.test(text))
      return { text: ofHtml(text), guessed, kind: "html" };
    return { text, guessed, kind: isLabelled(text) || isLabelledJson(text) ? "labelled" : "text" };
  }
  if (file.size > LARGEST) {
    throw new Error(t("file-too-large", { name, size: megabytes(file.size), limit: megabytes(LARGEST) }));
  }
  if (kind === "locked") throw new Error(t("file-locked", { name }));
  if (kind !== "pdf" && kind !== "docx") throw new Error(t("file-kind", { name, kind: kind.toUpperCase() }));
  let text;
  try {
    text = await readers[kind](new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") throw new Error(t("file-locked", { name }));
    throw new Error(t("file-unreadable", { name, reason: label(messageOf(error), 200) }));
  }
  if (text.trim() === "") throw new Error(t("file-no-text", { name }));
  return { text, guessed: null, kind };
}

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
  const ending = /\.([a-z0-9]+)$/i.exec(file.name)?.[1].toLowerCase() ?? "";
  if (ascii.includes("%PDF-")) return "pdf";
  if (ascii.startsWith("PK\x03\x04"))
    return NEW_WORD.includes(ending) || file.type.includes("wordprocessingml") ? "docx" : ending || "zip";
  // Word before 2007, and other files of that time; a later one that is in such a container is encrypted.
  if (ascii.startsWith("\xd0\xcf\x11\xe0")) return NEW_WORD.includes(ending) ? "locked" : ending || "doc";
  if (ascii.startsWith("{\\rtf")) return "rtf";
  return ["html", "htm", "xhtml"].includes(ending) || file.type === "text/html" ? "html" : "text";
}

/** @param {Uint8Array} data */
async function ofPdf(data) {
  const { getDocument } = await pdfLibrary();
  const task = getDocument({
    data,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    stopAtErrors: false,
    // What it warns of is of pictures and fonts.
    verbosity: 0,
  });
  try {
    const pdf = await task.promise;
    /** @type {string[]} */
    const pages = [];
    let left = MOST_CHARACTERS;
    for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number++) {
      const page = await pdf.getPage(number);
      const text = linesOf((await page.getTextContent()).items);
      page.cleanup();
      left -= text.length;
      if (left < 0) break;
      pages.push(text);
    }
    return pages.join("\n\n");
  } finally {
    await task.destroy();
  }
}

/**
 * Lines as they are set, a blank line where there is more room between them than usual.
 * @param {import("../shared/libraries.js").PdfText[]} items
 */
function linesOf(items) {
  let text = "";
  /** @type {number | null} */
  let line = null;
  for (const { str, hasEOL, transform, height } of items) {
    const y = transform?.[5] ?? 0;
    if (line !== null && str !== "" && height > 0 && line - y > 1.9 * height && !text.endsWith("\n\n")) text += "\n";
    if (str !== "") line = y;
    text += str + (hasEOL ? "\n" : "");
  }
  return text.trimEnd();
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function ofDocx(bytes) {
  if (!(await growsAtMost(new Blob([bytes]), MOST_GROWTH))) {
    throw new Error(t("file-grows", { limit: megabytes(MOST_GROWTH) }));
  }
  const { convertToHtml, extractRawText } = await docxLibrary();
  const { value } = await extractRawText({ arrayBuffer: bytes.buffer });
  const text = value.replace(/\n{3,}/g, "\n\n").trimEnd();
  const list = new TextDecoder("latin1").decode(bytes.subarray(-WORD_LIST));
  if (!/word\/(foot|end)notes\.xml/.test(list)) return text;
  // Notes are in the library's HTML only, as a list at its end.
  const noPictures = { convertImage: async () => [] };
  const html = await convertToHtml({ arrayBuffer: bytes.buffer }, noPictures);
  const notes = new DOMParser().parseFromString(html.value, "text/html").querySelectorAll("li[id*=note-]");
  // Each ends with an arrow back to its place.
  const own = Array.from(notes, ({ textContent }) => (textContent ?? "").replace(/\s*\u2191\s*$/, ""));
  return [text, ...own].join("\n\n");
}

/**
 * What a reader of the page would see. The parsed document runs no scripts and loads nothing.
 * @param {string} html
 */
export function ofHtml(html) {
  // Styles are none of a text, and the page's policy would complain of them.
  const unstyled = html.replace(/<\/?[a-z][^<>]*>/gi, (tag) =>
    tag.replace(/^(<\/?)style\b/i, "$1template").replace(/\sstyle\s*=/gi, " data-style="),
  );
  const parsed = new DOMParser().parseFromString(unstyled, "text/html");
  for (const element of parsed.querySelectorAll(SILENT)) element.remove();
  const walker = parsed.createTreeWalker(parsed.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  let text = "";
  /** @type {Element[]} */
  const open = [];
  const newLine = () => {
    text = text.replace(/[ \t]+$/, "");
    if (text !== "" && !text.endsWith("\n")) text += "\n";
  };
  for (let node = /** @type {Node | null} */ (walker.currentNode); node; node = walker.nextNode()) {
    while (open.at(-1)?.contains(node) === false) {
      open.pop();
      newLine();
    }
    if (node instanceof Element) {
      if (!node.matches(BLOCKS)) continue;
      newLine();
      if (node.localName !== "br" && node.localName !== "hr") open.push(node);
    } else if (node.parentElement?.closest("pre, textarea")) {
      text += node.nodeValue;
    } else {
      const words = (node.nodeValue ?? "").replace(/[ \t\r\n\f]+/g, " ");
      text += /\s$/.test(text) || text === "" ? words.trimStart() : words;
    }
  }
  return text.trim();
}
