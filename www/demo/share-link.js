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

/** The address of this page with the text in it, packed where that is shorter and the browser can. */
export async function linkTo(text) {
  const url = new URL(location.href);
  // Who follows the link has not agreed to a download.
  url.searchParams.delete("start");
  const bytes = new TextEncoder().encode(text);
  const links = [];
  if (typeof CompressionStream === "function") {
    links.push(PACKED + toBase64Url(await through(new CompressionStream("deflate-raw"), bytes, Infinity)));
  }
  // A plain one is no shorter than the text.
  if (links.length === 0 || text.length < links[0].length) {
    links.push(PLAIN + encodeURIComponent(new TextDecoder().decode(bytes)));
  }
  url.hash = links.sort((a, b) => a.length - b.length)[0];
  return url.href;
}

/** The text in a fragment, or null if it carries none. Rejects if it is damaged. */
export async function textIn(fragment) {
  const hash = fragment.replace(/^#/, "");
  if (hash.startsWith(PLAIN)) return decodeURIComponent(hash.slice(PLAIN.length));
  if (!hash.startsWith(PACKED)) return null;
  const bytes = await through(
    new DecompressionStream("deflate-raw"),
    fromBase64Url(hash.slice(PACKED.length)),
    LONGEST_TEXT,
  );
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

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

function toBase64Url(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
