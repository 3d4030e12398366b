// Telling labelled files, which are for training and judging, from texts and from reports by their first lines. Whether
// they can be read is for the package to say.

/** Endings that only labelled files have. */
const ENDINGS = /\.(conll|conllu|conll0[23]|bio|iob|iob2|iobes|bilou|csv|tsv|jsonl|ndjson)(\.gz)?$/i;
/** Names in JSON that labelled files have, in one of the forms that are read. */
const FIELDS = [
  "text",
  "tokens",
  "words",
  "sentence",
  "sentences",
  "data",
  "annotations",
  "paragraphs",
  "spans",
  "rows",
];
/** Bytes of a file that are looked at. */
const LOOKED_AT = 1 << 16;

/**
 * Whether it is words and tags in columns, as corpora have them.
 * @param {string} text
 */
export function isLabelled(text) {
  const lines = text.slice(0, 20_000).split(/\r?\n/).slice(0, 200);
  if (/^sentence #,word,(pos,)?tag\b/i.test(lines[0])) return true;
  const rows = lines.filter((line) => line.trim() !== "" && !line.startsWith("#") && !line.startsWith("-DOCSTART-"));
  const isRow = (/** @type {string} */ row) => /^\S.*[\t ](O|[BIESLU]-\S+)\s*$/.test(row);
  return rows.length >= 3 && rows.filter(isRow).length >= 0.9 * rows.length;
}

/**
 * Whether it is JSON, or lines of JSON, with texts or words.
 * @param {string} text its beginning, or all of it
 */
export function isLabelledJson(text) {
  const start = text.replace(/^\uFEFF/, "").trimStart();
  if (!/^[[{]/.test(start)) return false;
  if (/^\{\s*"format"\s*:\s*"nerite/.test(start)) return false;
  const fields = [...start.slice(0, 4000).matchAll(/"([A-Za-z_]+)"\s*:/g)].map(([, name]) => name);
  return fields.some((name) => FIELDS.includes(name)) && !fields.includes("macro avg");
}

/**
 * Whether a file seems to be labelled; of BRAT's pairs, only the annotations do.
 * @param {File} file
 */
export async function seemsLabelled(file) {
  if (ENDINGS.test(file.name) || /\.ann$/i.test(file.name)) return true;
  const bytes = new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer());
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return true;
  const text = new TextDecoder().decode(bytes);
  return isLabelledJson(text) || isLabelled(text);
}
