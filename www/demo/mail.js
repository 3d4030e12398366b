// A mail as its reader sees it: who wrote to whom, when and of what, and the text. Also the boxes of mails (mbox) and web
// pages that were saved as mails are (MHT).

import { t } from "../shared/i18n.js";
import { pacer } from "../shared/pace.js";

/** Parts of parts are read this deep, and mails in mails. */
const [MOST_NESTED, MOST_FORWARDED] = [50, 5];
/** Lines that may separate parts, times what they are compared with, in a whole file: what a second can do. */
const MOST_COMPARED = 100_000_000;
/** Characters of a mail's HTML, which takes longer than text. */
const MOST_HTML = 20_000_000;
/**
 * Each line may take the library up to two kilobytes, and ten microseconds. Packed attachments have more of them than
 * texts, long ones without blanks. So many may a whole file have.
 */
const [MOST_LINES, MOST_LINES_OF_TEXT, PACKED] = [700_000, 300_000, 60];
/** A box is a text of many mails: no more are read. */
const MOST_MAILS = 10_000;
const ENDINGS = ["eml", "emlx", "mht", "mhtml", "mbox"];
const LATIN = new TextDecoder("latin1");

/**
 * @typedef {{ name: string, address?: string, group?: Address[] }} Address
 * @typedef {{
 *   headers: { key: string, value: string }[], subject?: string, text?: string, html?: string,
 *   from?: Address, to?: Address[], cc?: Address[], bcc?: Address[],
 *   attachments: { filename: string | null, mimeType: string, related?: boolean, content: ArrayBuffer }[],
 * }} Mail what the library makes of one
 * @typedef {{ text: string, left: string[] }} MailText `left` names what is attached, which is not read
 * @typedef {MailText & { part: import("./documents.js").Part | null }} MailsText
 * @typedef {{
 *   parse(bytes: Uint8Array, options: object): Promise<Mail>,
 *   ofHtml(html: string): string | Promise<string>,
 * }} Tools
 * @typedef {{ compared: number, lines: number, ofText: number }} Left what a file may still cost
 */

/** There is no room for a mail. */
class TooMuch extends Error {
  constructor() {
    super(t("file-mail"));
  }
}

/**
 * Whether a file is a mail, by its name, or as it begins.
 * @param {string} ending
 * @param {string} type what the system says
 * @param {string} start its first characters
 */
export const isMail = (ending, type, start) =>
  ENDINGS.includes(ending) ||
  type === "message/rfc822" ||
  (["", "txt"].includes(ending) &&
    /^(From |[A-Z][\w-]*: )/.test(start) &&
    /^(Received|Message-ID|MIME-Version|Return-Path):/im.test(start));

/**
 * Rejects with a message for the reader.
 * @param {Uint8Array} bytes
 * @param {string} ending of the file's name
 * @param {Tools} tools
 * @param {AbortSignal} [signal]
 * @returns {Promise<MailsText>}
 */
export async function ofMail(bytes, ending, tools, signal) {
  // Apple's begin with their length, and end with what the program noted.
  const length = ending === "emlx" ? /^\s*(\d+)\s*\n/.exec(LATIN.decode(bytes.subarray(0, 40))) : null;
  const own = length ? bytes.subarray(length[0].length, length[0].length + Number(length[1])) : bytes;
  /** @type {MailText[]} */
  const mails = [];
  const isPage = ["mht", "mhtml"].includes(ending);
  const left = { compared: MOST_COMPARED, lines: MOST_LINES, ofText: MOST_LINES_OF_TEXT };
  const pace = pacer();
  const all = mailsOf(own);
  for (const mail of all.slice(0, MOST_MAILS)) {
    await pace();
    signal?.throwIfAborted();
    try {
      mails.push(await ofOne(mail, isPage, { ...tools, left }, MOST_FORWARDED));
    } catch (error) {
      // What was read is shown; but it is said that there is more.
      if (!(error instanceof TooMuch) || mails.length === 0) throw error;
      break;
    }
  }
  return {
    text: mails.map(({ text }) => text).join("\n\n\n"),
    left: mails.flatMap(({ left }) => left),
    part: mails.length < all.length ? { of: "mails", read: mails.length, all: all.length } : null,
  };
}

/**
 * The mails of a box: each begins with a line "From ", behind a blank one.
 * @param {Uint8Array} bytes
 */
function mailsOf(bytes) {
  const whole = LATIN.decode(bytes);
  if (!whole.startsWith("From ")) return [bytes];
  const starts = Array.from(whole.matchAll(/(?<=\n)\r?\n(?=From )/g), (found) => found.index + found[0].length);
  const bounds = [0, ...starts, bytes.length];
  return bounds.slice(1).map((end, index) => {
    const line = whole.indexOf("\n", bounds[index]) + 1;
    return bytes.subarray(Math.max(line, bounds[index]), end);
  });
}

/**
 * @param {Uint8Array} bytes
 * @param {boolean} isPage
 * @param {Tools & { left: Left }} tools
 * @param {number} deeper mails in mails, this deep
 * @returns {Promise<MailText>}
 */
async function ofOne(bytes, isPage, tools, deeper) {
  refuseCostly(bytes, tools.left);
  /** @type {Mail} */
  let mail;
  try {
    mail = await tools.parse(bytes, { maxNestingDepth: MOST_NESTED, forceRfc822Attachments: true });
  } catch {
    // What it says is of its limits, in words of its own.
    throw new Error(t("file-mail"));
  }
  const { text = "", html = "", attachments } = mail;
  if (html.length > MOST_HTML) throw new Error(t("file-mail"));
  if (isPage) return { text: (html && (await tools.ofHtml(html))) || text, left: [] };
  const body = text.trim() === "" && html ? await tools.ofHtml(html) : text.replace(/\r\n?/g, "\n").trim();
  const texts = [headOf(mail), body];
  /** @type {string[]} */
  const left = [];
  for (const { filename, mimeType, related, content } of attachments) {
    if (mimeType === "message/rfc822" && deeper > 0) {
      const forwarded = await ofOne(new Uint8Array(content), false, tools, deeper - 1);
      texts.push(forwarded.text);
      left.push(...forwarded.left);
    } else if (!related) {
      // What is shown in the text, as pictures are, is no attachment to its reader.
      left.push(filename || mimeType);
    }
  }
  return { text: texts.filter(Boolean).join("\n\n"), left };
}

/**
 * The library holds all lines, and compares those that begin as a boundary does with all boundaries there are.
 * @param {Uint8Array} bytes
 * @param {Left} left
 */
function refuseCostly(bytes, left) {
  let [lines, ofText, begin, blank] = [0, 0, 0, -1];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 32) blank = at;
    if (bytes[at] !== 10) continue;
    lines += 1;
    if (blank >= begin || at - begin < PACKED) ofText += 1;
    begin = at + 1;
  }
  left.lines -= lines;
  left.ofText -= ofText;
  if (left.lines < 0 || left.ofText < 0) throw new TooMuch();
  const whole = LATIN.decode(bytes);
  const count = (/** @type {RegExp} */ wanted) => whole.match(wanted)?.length ?? 0;
  left.compared -= count(/^--/gm) * count(/multipart/gi);
  if (left.compared < 0) throw new TooMuch();
}

/** @param {Mail} mail */
function headOf({ headers, from, to = [], cc = [], bcc = [], subject }) {
  const date = headers.find(({ key }) => key === "date")?.value;
  /** @type {[string, string | undefined][]} */
  const lines = [
    ["From", from && written(from)],
    ["To", to.map(written).join(", ")],
    ["Cc", cc.map(written).join(", ")],
    ["Bcc", bcc.map(written).join(", ")],
    ["Date", date],
    ["Subject", subject],
  ];
  return lines.flatMap(([name, value]) => (value ? [`${name}: ${value.replace(/\s+/g, " ").trim()}`] : [])).join("\n");
}

/**
 * @param {Address} address
 * @returns {string}
 */
function written({ name, address = "", group }) {
  if (group) return `${name}: ${group.map(({ name, address }) => written({ name, address })).join(", ")};`;
  // In a list, a comma in a name would end it.
  const own = address && /[,;<>@]/.test(name) ? `"${name}"` : name;
  return own && address ? `${own} <${address}>` : own || address;
}
