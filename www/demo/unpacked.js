// What a zip archive unpacks to, counted before a library takes memory for it: a hundred kilobytes can hold gigabytes.

/** The end of the directory, and the longest comment behind it. */
const [END, END_BYTES, LONGEST_COMMENT] = [0x06054b50, 22, 0xffff];
const [ENTRY, ENTRY_BYTES] = [0x02014b50, 46];
const LOCAL_BYTES = 30;
const DEFLATED = 8;

/** What a message says where the archive cannot be followed. */
const ODD = "its directory is damaged, or of a form that documents do not have";

/**
 * @param {Blob} blob
 * @param {number} from
 * @param {number} to
 */
const view = async (blob, from, to) => new DataView(await blob.slice(from, to).arrayBuffer());

/**
 * Whether the files of an archive have together at most so many bytes more than they have packed. Sizes are counted:
 * what the directory says of them is not believed. Follows the directory as JSZip does, which reads it for mammoth, and
 * rejects where two readers might see two archives.
 * @param {Blob} archive
 * @param {number} most
 */
export async function growsAtMost(archive, most) {
  const { from, to } = await directoryOf(archive);
  const directory = await view(archive, from, to);
  let left = most;
  let at = 0;
  while (at + ENTRY_BYTES <= directory.byteLength && directory.getUint32(at, true) === ENTRY) {
    const method = directory.getUint16(at + 10, true);
    const [packed, unpacked] = [directory.getUint32(at + 20, true), directory.getUint32(at + 24, true)];
    const local = directory.getUint32(at + 42, true);
    if ([packed, unpacked, local].includes(0xffffffff)) throw new RangeError(ODD);
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
    at += ENTRY_BYTES + name + extra + comment;
    if (method !== DEFLATED) continue;
    const head = await view(archive, local, local + LOCAL_BYTES);
    if (head.byteLength < LOCAL_BYTES) throw new RangeError(ODD);
    const start = local + LOCAL_BYTES + head.getUint16(26, true) + head.getUint16(28, true);
    left -= (await grown(archive.slice(start, start + packed), packed + left)) - packed;
    if (left < 0) return false;
  }
  if (at !== directory.byteLength) throw new RangeError(ODD);
  return true;
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
  throw new RangeError(ODD);
}

/**
 * How many bytes a packed piece has; one more than `most` if it has more. What is damaged counts up to where it is.
 * @param {Blob} piece
 * @param {number} most
 */
async function grown(piece, most) {
  const reader = piece.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let count = 0;
  try {
    while (count <= most) {
      const { done, value } = await reader.read();
      if (done) return count;
      count += value.length;
    }
    await reader.cancel();
  } catch {
    // The library says what is wrong with it.
  }
  return count;
}
