// The files of a zip archive (PKWARE's APPNOTE.TXT) as pieces of it: only its directory is read, so that a bundle in an
// archive takes no memory beside the archive's own.

import { refuse } from "./errors.js";

/** The end of the directory, and the longest comment behind it. */
const [END, END_BYTES, LONGEST_COMMENT] = [0x06054b50, 22, 0xffff];
const [ENTRY, ENTRY_BYTES] = [0x02014b50, 46];
const [LOCAL, LOCAL_BYTES] = [0x04034b50, 30];
const [STORED, DEFLATED] = [0, 8];
/** No bundle has more files, nor a longer directory, in bytes. */
const [MOST_FILES, LONGEST_DIRECTORY] = [4096, 1 << 20];
/** Nor more bytes in them. */
const MOST_BYTES = 2 ** 31;

/**
 * @param {Blob} blob
 * @param {number} from
 * @param {number} to
 */
const view = async (blob, from, to) => new DataView(await blob.slice(from, to).arrayBuffer());
/**
 * @param {string} what
 * @returns {never}
 */
function damaged(what) {
  return refuse("bundle", `the zip file is damaged or of a form that is not read: ${what}`);
}

/**
 * The files of an archive by their paths.
 * @param {Blob} archive
 * @returns {Promise<[string, Blob][]>}
 */
export async function unzip(archive) {
  const { count, start, end } = await directoryOf(archive);
  const directory = await view(archive, start, end);
  /** @type {[string, Blob][]} */
  const files = [];
  // No two files share bytes, as in archives that are made to unpack to more than they could hold.
  let [packedLeft, bytesLeft] = [archive.size, MOST_BYTES];
  for (let at = 0, index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > directory.byteLength || directory.getUint32(at, true) !== ENTRY)
      damaged("its directory ends early");
    const [method, packed, bytes] = [
      directory.getUint16(at + 10, true),
      directory.getUint32(at + 20, true),
      directory.getUint32(at + 24, true),
    ];
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
    const local = directory.getUint32(at + 42, true);
    at += ENTRY_BYTES;
    if (at + name > directory.byteLength) damaged("its directory ends early");
    const path = new TextDecoder().decode(new Uint8Array(directory.buffer, at, name));
    at += name + extra + comment;
    packedLeft -= packed;
    bytesLeft -= bytes;
    if (packedLeft < 0 || bytesLeft < 0) damaged("it unpacks to more than a bundle has");
    if (!path.endsWith("/")) files.push([path, await contents(archive, { path, method, packed, bytes, local })]);
  }
  return files;
}

/** @param {Blob} archive */
async function directoryOf(archive) {
  const from = Math.max(0, archive.size - END_BYTES - LONGEST_COMMENT);
  const tail = await view(archive, from, archive.size);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const count = tail.getUint16(at + 10, true);
    const [bytes, start] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (count > MOST_FILES || bytes > LONGEST_DIRECTORY) damaged(`its directory lists ${count} files`);
    if (start + bytes > from + at) damaged("its directory ends early");
    return { count, start, end: start + bytes };
  }
  return damaged("it has no directory");
}

/**
 * @param {Blob} archive
 * @param {{ path: string, method: number, packed: number, bytes: number, local: number }} entry
 */
async function contents(archive, { path, method, packed, bytes, local }) {
  const head = await view(archive, local, local + LOCAL_BYTES);
  if (head.byteLength < LOCAL_BYTES || head.getUint32(0, true) !== LOCAL) damaged(`${path} is not where it should be`);
  const start = local + LOCAL_BYTES + head.getUint16(26, true) + head.getUint16(28, true);
  if (start + packed > archive.size) damaged(`${path} ends early`);
  const piece = archive.slice(start, start + packed);
  if (method === STORED && packed === bytes) return piece;
  if (method !== DEFLATED) damaged(`${path} is packed by method ${method}`);
  return inflated(piece, path, bytes);
}

/**
 * What a piece unpacks to; no more than it says.
 * @param {Blob} piece
 * @param {string} path
 * @param {number} bytes
 */
async function inflated(piece, path, bytes) {
  let left = bytes;
  /** @type {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>} */
  const count = new TransformStream({
    transform(part, controller) {
      left -= part.length;
      if (left < 0) controller.error(new RangeError("more than it says"));
      else controller.enqueue(part);
    },
  });
  try {
    const stream = piece.stream().pipeThrough(new DecompressionStream("deflate-raw")).pipeThrough(count);
    return await new Response(stream).blob();
  } catch {
    return damaged(`${path} cannot be unpacked`);
  }
}
