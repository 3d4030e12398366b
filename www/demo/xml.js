// The text of XML, in one pass and with pauses: the browser's own parser would hold the page for as long as a document is.

import { t } from "../shared/i18n.js";
import { pacer } from "../shared/pace.js";
import { tidy } from "./tidy.js";

/** So many tags are read at once. */
const AT_A_TIME = 256;

/**
 * How elements become text, by their names without prefix.
 * @typedef {{
 *   held: string[],
 *   folded?: boolean,
 *   skipped: string[],
 *   begin: Record<string, string | ((attribute: (name: string) => string | null) => string)>,
 *   end: Record<string, string>,
 * }} Rules `held` are those whose own text is text; what is `skipped` is, with all in it; white space is
 *   `folded` where documents are laid out with it
 */

const TAG = /<([^\s/>!?<]+)((?:\s+[^\s=/>"'<]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /(?:[^\s=:]+:)?([^\s=:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const CLOSING = /<\/([^\s>]+)\s*>/y;
const ENTITIES = /** @type {Map<string, string>} */ (
  new Map(Object.entries({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }))
);

const odd = () => new Error(t("file-archive"));

/** @param {string} name */
const localOf = (name) => name.slice(name.indexOf(":") + 1);

/** What is open, of which the text is wanted by itself. */
class Piece {
  /** @type {string[]} */
  #texts = [];
  /** With how many ends of lines the text ends: more than two are none. */
  #ends = 0;
  holding = 0;
  skipping = 0;

  /**
   * @param {string} name
   * @param {number} depth
   */
  constructor(name, depth) {
    this.name = name;
    this.depth = depth;
  }

  /** @param {string} text */
  say(text) {
    if (text === "" || (this.#ends >= 2 && /^\n+$/.test(text))) return;
    this.#texts.push(text);
    const own = /\n{0,2}$/.exec(text.slice(-2))?.[0].length ?? 0;
    this.#ends = own === text.length ? this.#ends + own : own;
  }

  get text() {
    return tidy(this.#texts.join(""));
  }
}

/**
 * The text of a document (its `name` is empty), and of all elements of some names in it, by themselves. A document has no
 * declarations of its own, which could make much of little. Rejects with a message for the reader.
 * @param {string} xml
 * @param {Rules} rules
 * @param {string[]} [apart] names of elements, without prefix
 * @returns {Promise<{ name: string, text: string }[]>}
 */
export async function textsOf(xml, { held, folded, skipped, begin, end }, apart = []) {
  const pace = pacer();
  /** In the order in which they begin. @type {Piece[]} */
  const all = [];
  /** @type {string[]} */
  const open = [];
  /** @type {Piece[]} */
  const pieces = [];
  /** @param {string} full @param {string} attributes */
  const enter = (full, attributes) => {
    const name = localOf(full);
    if (open.length === 0 && all.length > 0) throw odd();
    open.push(full);
    const isRoot = open.length === 1;
    if (isRoot || apart.includes(name)) {
      pieces.push(new Piece(isRoot ? "" : name, open.length));
      all.push(...pieces.slice(-1));
    }
    const piece = /** @type {Piece} */ (pieces.at(-1));
    if (piece.depth < open.length && (piece.skipping > 0 || skipped.includes(name))) {
      piece.skipping += 1;
      return;
    }
    if (held.includes(name)) piece.holding += 1;
    const said = Object.hasOwn(begin, name) && begin[name];
    if (said) piece.say(typeof said === "string" ? said : said((wanted) => attributeOf(attributes, wanted)));
  };
  /** @param {string} full */
  const leave = (full) => {
    const piece = pieces.at(-1);
    if (!piece || open.at(-1) !== full) throw odd();
    if (piece.skipping > 0) {
      piece.skipping -= 1;
    } else {
      const name = localOf(full);
      if (held.includes(name)) piece.holding -= 1;
      if (Object.hasOwn(end, name)) piece.say(end[name]);
      if (piece.depth === open.length) pieces.pop();
    }
    open.pop();
  };
  /** @param {string} text */
  const say = (text) => {
    const piece = pieces.at(-1);
    if (!piece && text.trim() !== "") throw odd();
    if (piece && piece.skipping === 0 && piece.holding > 0) piece.say(folded ? text.replace(/\s+/g, " ") : text);
  };
  let at = 0;
  for (let count = 1; at < xml.length; count++) {
    if (count % AT_A_TIME === 0) await pace();
    const next = xml.indexOf("<", at);
    if (next !== at) {
      say(written(xml.slice(at, next < 0 ? xml.length : next)));
      if (next < 0) break;
      at = next;
    }
    TAG.lastIndex = CLOSING.lastIndex = at;
    const opening = TAG.exec(xml);
    const closing = opening ? null : CLOSING.exec(xml);
    if (opening) {
      at = TAG.lastIndex;
      enter(opening[1], opening[2]);
      if (opening[3]) leave(opening[1]);
    } else if (closing) {
      at = CLOSING.lastIndex;
      leave(closing[1]);
    } else {
      const [start, last] = /** @type {[string, string][]} */ ([
        ["<!--", "-->"],
        ["<![CDATA[", "]]>"],
        ["<?", "?>"],
      ]).find(([start]) => xml.startsWith(start, at)) ?? ["", ""];
      const found = xml.indexOf(last, at + start.length);
      if (start === "" || found < 0) throw odd();
      if (start === "<![CDATA[") say(xml.slice(at + start.length, found).replace(/\r\n?/g, "\n"));
      at = found + last.length;
    }
  }
  if (open.length > 0 || all.length === 0) throw odd();
  return all.map(({ name, text }) => ({ name, text }));
}

/**
 * @param {string} attributes
 * @param {string} wanted
 */
function attributeOf(attributes, wanted) {
  for (const [, name, double, single] of attributes.matchAll(ATTRIBUTE))
    if (name === wanted) return written(double ?? single);
  return null;
}

/**
 * Text as it was before it was written as XML.
 * @param {string} text
 */
function written(text) {
  const lines = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  if (!lines.includes("&")) return lines;
  return lines.replace(/&([^;&]{0,20};)?/g, (_, entity = "") => {
    const name = entity.slice(0, -1);
    const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
    const number = code ? Number.parseInt(code[1] ?? code[2], code[1] ? 16 : 10) : 0;
    const meant = code && number > 0 && number <= 0x10ffff ? String.fromCodePoint(number) : ENTITIES.get(name);
    if (meant === undefined) throw odd();
    return meant;
  });
}
