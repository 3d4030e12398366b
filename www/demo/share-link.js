// A link that carries a text in its fragment, which browsers keep to themselves.

import { pacer } from "../shared/pace.js";

/** Longer links do not survive every mail program and chat. */
export const LONGEST_LINK = 32_000;
/** No more is unpacked than this, whatever a link claims. */
const LONGEST_TEXT = 5_000_000;

/** Bytes that are packed or unpacked at a time; a thousand times as many may come out. */
const SLICE = 1 << 10;

const PLAIN = "text=";
const PACKED = "packed=";

/** What a type may be called in a link, or a head with its model and strategy, and how many types it may switch off. */
const LONGEST_NAME = 250;
const MOST_TYPES = 60;

/** @typedef {{ bundle?: string | null, head: string, compare: string, threshold: number, off: string[] }} Settings what a link carries beside the text */

/**
 * The address of this page with the text in it, packed where that is shorter and the browser can.
 *
 * @param {string} text
 * @param {Partial<Settings>} settings what differs from the page's own is in it too
 */
export async function linkTo(text, settings = {}) {
  const url = new URL(location.href);
  // Who follows the link has not agreed to a download.
  url.searchParams.delete("start");
  if (settings.bundle) url.searchParams.set("bundle", settings.bundle);
  const bytes = new TextEncoder().encode(text);
  const links = [];
  if (typeof CompressionStream === "function") {
    links.push(PACKED + toBase64Url(await through(new CompressionStream("deflate-raw"), bytes, Infinity)));
  }
  // A plain one is no shorter than the text.
  if (links.length === 0 || text.length < links[0].length) {
    links.push(PLAIN + encodeURIComponent(new TextDecoder().decode(bytes)));
  }
  // The text comes last, whatever it is.
  const given = new URLSearchParams();
  if (settings.head) given.set("head", settings.head);
  if (settings.compare) given.set("compare", settings.compare);
  if (settings.threshold && settings.threshold > 0) given.set("threshold", String(settings.threshold));
  for (const type of settings.off ?? []) given.append("off", type);
  const front = String(given);
  url.hash = (front && `${front}&`) + links.sort((a, b) => a.length - b.length)[0];
  return url.href;
}

/**
 * The text in a fragment, or null if it carries none. Rejects if it is damaged.
 * @param {string} fragment
 */
export async function textIn(fragment) {
  const hash = textPart(fragment);
  if (hash.startsWith(PLAIN)) return decodeURIComponent(hash.slice(PLAIN.length));
  if (!hash.startsWith(PACKED)) return null;
  const bytes = await through(
    new DecompressionStream("deflate-raw"),
    fromBase64Url(hash.slice(PACKED.length)),
    LONGEST_TEXT,
  );
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/**
 * The settings in a fragment that carries a text, each checked; null where it carries none.
 * @param {string} fragment
 * @returns {Settings | null}
 */
export function settingsIn(fragment) {
  const text = textPart(fragment);
  const front = fragment.replace(/^#/, "").slice(0, -text.length || undefined);
  if (text === "" || front === "") return null;
  const given = new URLSearchParams(front);
  /** @param {string | null} value */
  const name = (value) => (value ?? "").slice(0, LONGEST_NAME);
  const threshold = Number(given.get("threshold") ?? 0);
  return {
    head: name(given.get("head")),
    compare: name(given.get("compare")),
    threshold: threshold >= 0 && threshold <= 1 ? threshold : 0,
    off: given.getAll("off").slice(0, MOST_TYPES).map(name),
  };
}

/**
 * From where the text begins.
 * @param {string} fragment
 */
function textPart(fragment) {
  const hash = fragment.replace(/^#/, "");
  const start = /(?:^|&)(?:text|packed)=/.exec(hash);
  return start ? hash.slice(start.index).replace(/^&/, "") : "";
}

/**
 * @param {CompressionStream | DecompressionStream} stream
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} most of what may come out
 */
async function through(stream, bytes, most) {
  const writer = stream.writable.getWriter();
  const write = async () => {
    const pace = pacer();
    // Bit by bit: browsers unpack all that they are given before they hand any of it on.
    for (let at = 0; at < bytes.length; at += SLICE) {
      await writer.write(bytes.subarray(at, at + SLICE));
      await pace();
    }
    await writer.close();
  };
  // Failures show on the readable side.
  write().catch(() => {});
  const reader = stream.readable.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => {});
      throw new RangeError("too long");
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** @param {Uint8Array} bytes */
function toBase64Url(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text */
function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
