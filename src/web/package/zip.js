// Files as one zip file (PKWARE's APPNOTE.TXT), stored as they are: weights hardly get smaller.

/** 1980-01-01, as a zip file has it: the same files give the same bytes. */
const DATE = 0x0021;
/** The version of the format that readers need, and the flag that names are UTF-8. */
const [VERSION, UTF8] = [20, 0x0800];

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let sum = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) sum = TABLE[(sum ^ bytes[at]) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/**
 * Little-endian numbers of `[size in bytes, number]`.
 * @param {number[][]} fields
 */
function numbers(fields) {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, number] of fields) {
    if (size === 2) bytes.setUint16(at, number, true);
    else bytes.setUint32(at, number, true);
    at += size;
  }
  return new Uint8Array(bytes.buffer);
}

/**
 * A zip file of less than 4 GB.
 * @param {[string, Uint8Array][]} files by path
 */
export function zip(files) {
  /** @type {Uint8Array[]} */
  const parts = [];
  /** @type {Uint8Array[]} */
  const directory = [];
  let at = 0;
  const add = (/** @type {Uint8Array} */ bytes) => {
    parts.push(bytes);
    at += bytes.length;
  };
  for (const [path, bytes] of files) {
    const name = new TextEncoder().encode(path);
    const start = at;
    // Flags, method, time, date, sum, sizes, and the lengths of name and extra field.
    const about = [
      [2, UTF8],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, name.length],
      [2, 0],
    ];
    add(numbers([[4, 0x04034b50], [2, VERSION], ...about]));
    add(name);
    add(bytes);
    // Length of the comment, disk, attributes, and where the file is.
    const where = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, start],
    ];
    directory.push(numbers([[4, 0x02014b50], [2, VERSION], [2, VERSION], ...about, ...where]), name);
  }
  const begin = at;
  directory.forEach(add);
  const size = at - begin;
  add(
    numbers([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, files.length],
      [2, files.length],
      [4, size],
      [4, begin],
      [2, 0],
    ]),
  );
  const whole = new Uint8Array(at);
  let to = 0;
  for (const part of parts) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}
