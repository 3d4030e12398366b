// A zip archive that a document is: its files are unpacked when they are asked for, and counted as they come. What the
// archive says of sizes is not believed: a hundred kilobytes can hold gigabytes.

import { megabytes, t } from "../shared/i18n.js";

/** The end of the directory, and the longest comment behind it. */
const [END, END_BYTES, LONGEST_COMMENT] = [0x06054b50, 22, 0xffff];
const [ENTRY, ENTRY_BYTES] = [0x02014b50, 46];
/** The format counts its files in two bytes. */
const MOST_ENTRIES = 0xffff;
const LOCAL_BYTES = 30;
const [STORED, DEFLATED] = [0, 8];
/** Set in an entry that is encrypted. */
const ENCRYPTED = 1;

/** @typedef {{ flags: number, method: number, packed: number, local: number }} Entry */

const UTF8 = new TextDecoder();

/** The archive cannot be followed. */
const odd = () => new Error(t("file-archive"));

/**
 * @param {Blob} blob
 * @param {number} from
 * @param {number} to
 */
const view = async (blob, from, to) => new DataView(await blob.slice(from, to).arrayBuffer());

export class Archive {
  #blob;
  #entries;
  #most;
  #left;

  /**
   * @param {Blob} blob
   * @param {Map<string, Entry>} entries
   * @param {number} most
   */
  constructor(blob, entries, most) {
    this.#blob = blob;
    this.#entries = entries;
    this.#most = most;
    this.#left = most;
  }

  /**
   * Reads the directory. Rejects with a message for the reader.
   * @param {Blob} blob
   * @param {number} most so many bytes may all files that are asked for have together
   */
  static async open(blob, most) {
    const { from, to } = await directoryOf(blob);
    const directory = await view(blob, from, to);
    /** @type {Map<string, Entry>} */
    const entries = new Map();
    let at = 0;
    while (at + ENTRY_BYTES <= directory.byteLength && directory.getUint32(at, true) === ENTRY) {
      const [flags, method] = [8, 10].map((field) => directory.getUint16(at + field, true));
      const [packed, local] = [20, 42].map((field) => directory.getUint32(at + field, true));
      const [name, extra, comment] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
      const begin = at + ENTRY_BYTES;
      at = begin + name + extra + comment;
      if (at > directory.byteLength) throw odd();
      const bytes = new Uint8Array(directory.buffer, begin, name);
      entries.set(UTF8.decode(bytes).replaceAll("\\", "/"), { flags, method, packed, local });
      if (entries.size > MOST_ENTRIES) throw odd();
    }
    if (at !== directory.byteLength) throw odd();
    return new Archive(blob, entries, most);
  }

  /** The paths of all files. */
  get names() {
    return [...this.#entries.keys()];
  }

  /**
   * A file as text, or null where there is none. Rejects with a message for the reader.
   * @param {string} name
   */
  async text(name) {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    const { flags, method, packed, local } = entry;
    const head = await view(this.#blob, local, local + LOCAL_BYTES);
    if (flags & ENCRYPTED || head.byteLength < LOCAL_BYTES) throw odd();
    const start = local + LOCAL_BYTES + head.getUint16(26, true) + head.getUint16(28, true);
    const piece = this.#blob.slice(start, start + packed);
    if (method !== STORED && method !== DEFLATED) throw odd();
    const stream =
      method === STORED ? piece.stream() : piece.stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return this.#read(stream);
  }

  /** @param {ReadableStream<Uint8Array>} stream */
  async #read(stream) {
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw odd();
      });
      if (done) return text + decoder.decode();
      this.#left -= value.length;
      if (this.#left < 0) {
        await reader.cancel();
        throw new Error(t("file-grows", { limit: megabytes(this.#most) }));
      }
      text += decoder.decode(value, { stream: true });
    }
  }
}

/** @param {Blob} archive */
async function directoryOf(archive) {
  const start = Math.max(0, archive.size - END_BYTES - LONGEST_COMMENT);
  const tail = await view(archive, start, archive.size);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const [bytes, from] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (from + bytes !== start + at) break;
    return { from, to: from + bytes };
  }
  throw odd();
}
