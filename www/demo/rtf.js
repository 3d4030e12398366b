// The text of rich text files (RTF), of which each word that a backslash begins says something.

import { t } from "../shared/i18n.js";
import { tidy } from "./tidy.js";

/** Groups in groups; documents have some tens. */
const MOST_NESTED = 10_000;
/** So many bytes are decoded at once. */
const MOST_PENDING = 1 << 16;

/** Groups whose contents are no text of the document. */
const SILENT = new Set(
  (
    "fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore generator listtable " +
    "listoverridetable rsidtbl xmlnstbl latentstyles fldinst filetbl revtbl nonshppict shprslt bkmkstart bkmkend " +
    "template sn sv xe tc txe rxe ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pntext objdata"
  ).split(" "),
);
/** Groups that a reader may pass over, and this one does not. */
const OPTIONAL = new Set(["shpinst", "annotation", "shptxt"]);
/** Where the text of a group comes: before the body, after it, or behind all. */
const PLACES = /** @type {Map<string, Place>} */ (
  new Map(
    Object.entries({
      header: "head",
      headerl: "head",
      headerr: "head",
      headerf: "head",
      footer: "foot",
      footerl: "foot",
      footerr: "foot",
      footerf: "foot",
      footnote: "notes",
      annotation: "notes",
    }),
  )
);
/** What words stand for. */
const WORDS = /** @type {Map<string, string>} */ (
  new Map(
    Object.entries({
      par: "\n\n",
      sect: "\n\n",
      page: "\n\n",
      cell: "\n\n",
      nestcell: "\n\n",
      row: "\n\n",
      line: "\n",
      tab: "\t",
      emdash: "\u2014",
      endash: "\u2013",
      bullet: "\u2022",
      lquote: "\u2018",
      rquote: "\u2019",
      ldblquote: "\u201c",
      rdblquote: "\u201d",
    }),
  )
);
/** And marks. */
const MARKS = /** @type {Map<string, string>} */ (
  new Map(
    Object.entries({
      "\\": "\\",
      "{": "{",
      "}": "}",
      "~": "\u00a0",
      _: "\u2011",
      "\n": "\n\n",
      "\r": "\n\n",
    }),
  )
);
/** Encodings by the numbers of their code pages; others are read as Western European. */
const PAGES = /** @type {Record<number, string>} */ ({
  874: "windows-874",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  10000: "macintosh",
  65001: "utf-8",
});
/** Code pages of fonts, by the numbers of their sets of characters. */
const CHARSETS = /** @type {Record<number, number>} */ ({
  77: 10000,
  128: 932,
  129: 949,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
});

/**
 * @typedef {"head" | "body" | "notes" | "foot"} Place
 * @typedef {{
 *   place: Place, silent: boolean, fonts: boolean, deleted: boolean, fallback: number, page: number, first: boolean, starred: boolean
 * }} State of a group: `fallback` are the characters behind a Unicode one that stand for it in older programs
 */

/** @type {Map<number, TextDecoder>} */
const decoders = new Map();

/** @param {number} page */
function decoderOf(page) {
  const known = decoders.get(page);
  if (known) return known;
  const label = PAGES[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : "windows-1252");
  const decoder = new TextDecoder(label);
  decoders.set(page, decoder);
  return decoder;
}

/** A word with its number and the blank that ends it, or a byte in hexadecimal digits. */
const CONTROL = /([a-z]+)(-?\d{1,10})? ?|'([0-9a-f]{2})/iy;

/**
 * In one pass, whatever the file.
 * @param {Uint8Array} bytes
 */
export function ofRtf(bytes) {
  const source = new TextDecoder("latin1").decode(bytes);
  const out = { head: "", body: "", notes: "", foot: "" };
  /** @type {Map<number, number>} */
  const pages = new Map();
  /** @type {State[]} */
  const outer = [];
  /** @type {State} */
  let now = {
    place: "body",
    silent: false,
    fonts: false,
    deleted: false,
    fallback: 1,
    page: 1252,
    first: false,
    starred: false,
  };
  let usual = 1252;
  let font = 0;
  /** Characters that are still to be passed over. */
  let over = 0;
  /** @type {number[]} */
  let pending = [];
  const say = (/** @type {string} */ text) => {
    if (!now.silent && !now.deleted) out[now.place] += text;
  };
  const flush = () => {
    if (pending.length === 0) return;
    say(decoderOf(now.page).decode(new Uint8Array(pending)));
    pending = [];
  };
  const byte = (/** @type {number} */ value) => {
    if (over > 0) over -= 1;
    else if (!now.silent && !now.deleted) pending.push(value);
    // Where no character is cut, if such a place comes.
    if (pending.length > MOST_PENDING && (value === 32 || pending.length > 2 * MOST_PENDING)) flush();
  };
  /** @param {string} word @param {number | null} value */
  const follow = (word, value) => {
    const { first, starred } = now;
    now.first = now.starred = false;
    if (word === "fonttbl") now.fonts = true;
    if ((first && SILENT.has(word)) || (starred && !OPTIONAL.has(word))) now.silent = true;
    if (first) now.place = PLACES.get(word) ?? now.place;
    if (word === "ansicpg") now.page = usual = value ?? usual;
    else if (word === "f" && now.fonts) font = value ?? 0;
    else if (word === "f") now.page = pages.get(value ?? 0) ?? usual;
    else if (word === "fcharset" && now.fonts) pages.set(font, CHARSETS[value ?? 0] ?? usual);
    else if (word === "plain") now.deleted = false;
    else if (word === "deleted") now.deleted = value !== 0;
    else if (word === "uc") now.fallback = value ?? 1;
    else if (word === "u" && value !== null) {
      say(String.fromCharCode(value & 0xffff));
      over = now.fallback;
    } else say(WORDS.get(word) ?? "");
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === "\r" || character === "\n") continue;
    if (character !== "\\" && character !== "{" && character !== "}") {
      now.first = false;
      byte(bytes[at]);
      continue;
    }
    const next = source[at + 1];
    CONTROL.lastIndex = at + 1;
    const [whole, word, value, code] = (character === "\\" && CONTROL.exec(source)) || ["", "", "", ""];
    if (code) {
      byte(Number.parseInt(code, 16));
      at += whole.length;
      continue;
    }
    flush();
    if (character === "{") {
      if (outer.length === MOST_NESTED) throw new Error(t("file-archive"));
      outer.push({ ...now });
      now.first = true;
      now.starred = false;
    } else if (character === "}") {
      now = outer.pop() ?? now;
      over = 0;
    } else if (word) {
      at += whole.length;
      const number = value ? Number(value) : null;
      // Bytes that are a picture's, and no text.
      if (word === "bin") at += Math.max(0, number ?? 0);
      else follow(word, number);
    } else {
      at += 1;
      if (next === "*") now.starred = true;
      else if (over > 0 && MARKS.has(next)) over -= 1;
      else say(MARKS.get(next) ?? "");
    }
  }
  flush();
  return Object.values(out)
    .map((text) => tidy(text))
    .filter((text) => text !== "")
    .join("\n\n");
}
