// The text of HTML.

import { t } from "../shared/i18n.js";
import { pacer } from "../shared/pace.js";
import { withoutStyles } from "./html-tags.js";

/** Elements of HTML that begin a line. */
const BLOCKS = new Set(
  (
    "address article aside blockquote br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 " +
    "header hr li listing main nav ol p plaintext pre section summary table td th tr ul title option xmp"
  ).split(" "),
);
/** Those whose contents nobody reads. */
const SILENT = new Set("script style noscript template svg math iframe object noembed noframes".split(" "));
/** Those whose blanks and lines count. */
const AS_SET = new Set("pre textarea listing xmp plaintext".split(" "));
/** So many characters are handed to the parser at once, and so many elements and texts are looked at. */
const [PIECE, AT_A_TIME] = [1 << 16, 256];
/** Milliseconds that the parser may take: megabytes of tags that are never closed take it hours, other pages seconds. */
const MOST_PARSING = 30_000;

/**
 * What a reader of the page would see. The parsed document runs no scripts and loads nothing. With pauses, so that the
 * page reacts meanwhile.
 * @param {string} html
 */
export async function ofHtml(html) {
  const pace = pacer();
  const { documentElement: root } = await parsed(html, pace);
  /** @type {string[]} */
  const lines = [];
  let line = "";
  /** Whether the line is empty or ends with a blank: to look at its end would copy all of it each time. */
  let blank = true;
  /** How many of the elements around are set as they are written. */
  let asSet = 0;
  const newLine = () => {
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = "";
    blank = true;
  };
  /** @param {string} text */
  const add = (text) => {
    if (text === "") return;
    line += text;
    blank = /\s/.test(text.slice(-1));
  };
  /**
   * Whether what is in it is to be read.
   * @param {Node} node
   */
  const enter = (node) => {
    if (node instanceof Element) {
      const { localName: name } = node;
      if (SILENT.has(name) || (node.parentNode?.nodeName === "HEAD" && name !== "title")) return false;
      if (BLOCKS.has(name)) newLine();
      if (AS_SET.has(name)) asSet += 1;
    } else if (node.nodeType === Node.TEXT_NODE) {
      const text = node.nodeValue ?? "";
      const words = asSet > 0 ? text : text.replace(/[ \t\r\n\f]+/g, " ");
      add(asSet > 0 || !blank ? words : words.trimStart());
    }
    return true;
  };
  /** @param {Node} node */
  const leave = (node) => {
    if (!(node instanceof Element)) return;
    if (AS_SET.has(node.localName)) asSet -= 1;
    if (BLOCKS.has(node.localName)) newLine();
  };
  /** @type {Node | null} */
  let node = root;
  for (let count = 1; node; count++) {
    if (count % AT_A_TIME === 0) await pace();
    const isRead = enter(node);
    if (isRead && node.firstChild) {
      node = node.firstChild;
      continue;
    }
    if (isRead) leave(node);
    while (node && node !== root && !node.nextSibling) {
      node = node.parentNode;
      if (node) leave(node);
    }
    node = node && node !== root ? node.nextSibling : null;
  }
  newLine();
  return lines.join("\n");
}

/**
 * @param {string} html
 * @param {() => Promise<void>} pace
 */
async function parsed(html, pace) {
  const document = globalThis.document.implementation.createHTMLDocument();
  document.open();
  /** @type {string[]} */
  let waiting = [];
  let length = 0;
  let taken = 0;
  const write = () => {
    const begun = performance.now();
    document.write(waiting.join(""));
    taken += performance.now() - begun;
    if (taken > MOST_PARSING) throw new Error(t("file-nested"));
    waiting = [];
    length = 0;
  };
  for (const piece of withoutStyles(html)) {
    for (let at = 0; at < piece.length; at += PIECE) {
      const own = piece.slice(at, at + PIECE);
      waiting.push(own);
      length += own.length;
      if (length < PIECE) continue;
      write();
      await pace();
    }
  }
  write();
  document.close();
  return document;
}
