// Encodings of older text files: guessed as Firefox does (chardetng), named, and offered to choose from.

import { messageOf } from "./dom.js";
import { t } from "./i18n.js";

/** Enough to tell encodings apart; a guess takes a while. */
const LOOKED_AT = 1 << 20;
/** What a page says of itself stands at its beginning. */
const DECLARED_IN = 2048;
const WESTERN = "windows-1252";
/** Large, and loaded only for such a file. */
const LIBRARY = new URL("../libraries/encodings.js", import.meta.url).href;

/** What a reader may choose, by the labels that browsers know; a text of the interface each. */
const OFFERED = Object.freeze({
  "utf-8": null,
  [WESTERN]: "encoding-western",
  "windows-1250": "encoding-central",
  "iso-8859-2": "encoding-central",
  "windows-1251": "encoding-cyrillic",
  "koi8-u": "encoding-cyrillic",
  "ibm866": "encoding-cyrillic",
  "windows-1253": "encoding-greek",
  "windows-1254": "encoding-turkish",
  "windows-1255": "encoding-hebrew",
  "windows-1256": "encoding-arabic",
  "windows-1257": "encoding-baltic",
  "windows-1258": "encoding-vietnamese",
  "windows-874": "encoding-thai",
  "shift_jis": "encoding-japanese",
  "euc-jp": "encoding-japanese",
  "iso-2022-jp": "encoding-japanese",
  "euc-kr": "encoding-korean",
  "gb18030": "encoding-simplified",
  "big5": "encoding-traditional",
  "utf-16le": null,
  "utf-16be": null,
});
/** How people write those that browsers write otherwise. */
const NAMES = {
  gbk: "GB18030",
  "koi8-u": "KOI8-R/U",
  "shift_jis": "Shift_JIS",
  "big5": "Big5",
  macintosh: "Mac Roman",
};

/**
 * The name of an encoding for the reader.
 * @param {string} own
 */
export function encodingName(own) {
  return NAMES[/** @type {keyof typeof NAMES} */ (own)] ?? own.toUpperCase().replace("WINDOWS", "Windows");
}

/**
 * The label that browsers know an encoding by; `null` if it is none.
 * @param {string} name
 */
export function labelOf(name) {
  try {
    const own = new TextDecoder(name).encoding;
    // All that GBK has, and more.
    return own === "gbk" ? "gb18030" : own;
  } catch {
    return null;
  }
}

/**
 * What may be chosen in place of `own`: labels, and what to call them.
 * @param {string} own
 * @returns {[string, string][]}
 */
export function offered(own) {
  const labels = Object.keys(OFFERED);
  if (!labels.includes(own)) labels.unshift(own);
  return labels.map((label) => {
    const of = OFFERED[/** @type {keyof typeof OFFERED} */ (label)];
    return [label, of ? `${t(of)} (${encodingName(label)})` : encodingName(label)];
  });
}

/**
 * The encoding that a page or an XML file says it has.
 * @param {Uint8Array} bytes
 */
export function declared(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, DECLARED_IN));
  const found =
    /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})/i.exec(start) ??
    /^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]{1,40})/i.exec(start);
  return found && labelOf(found[1]);
}

/**
 * The label of the encoding that bytes are likely to have which are not UTF-8.
 * @param {Uint8Array} bytes
 */
export async function guess(bytes) {
  const own = declared(bytes);
  if (own && !own.startsWith("utf-")) return own;
  // From the first byte that tells anything.
  const start = Math.max(
    0,
    bytes.findIndex((byte) => byte > 0x7f),
  );
  try {
    const { detect } = await import(LIBRARY);
    return labelOf(await detect(bytes.subarray(start, start + LOOKED_AT))) ?? WESTERN;
  } catch (error) {
    // Without a network the library is not here; the reader can choose.
    console.info(`The encoding is not guessed: ${messageOf(error)}`);
    return WESTERN;
  }
}
