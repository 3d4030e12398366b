// A result as a file. Each format is written in pieces, so that the page reacts even while a book is written.

import { toCsvLine } from "../shared/csv.js";
import { element } from "../shared/dom.js";
import { currentLanguage, t } from "../shared/i18n.js";
import { pacer } from "../shared/pace.js";
import { typeColour, typeName } from "../shared/tags.js";

/**
 * @typedef {import("../pkg/nerite.js").Entity} Entity
 * @typedef {import("../pkg/nerite.js").Prediction} Prediction
 *
 * @typedef {{ text: string, bundle: string, prediction: Prediction, entities: Entity[], threshold: number }} Result
 *   `entities` are those that are shown: neither under the threshold nor switched off
 * @typedef {Result & { name: string }} NamedResult with its file's name
 *
 * @typedef {object} Written how a format is written, of one result and of several in one file
 * @property {string} extension
 * @property {string} type
 * @property {(result: Result) => Iterable<string>} pieces
 * @property {(results: NamedResult[]) => Iterable<string>} all
 * @property {string} [mark] what a file begins with
 *
 * @typedef {keyof typeof formats} Format
 */

/**
 * In the order of the list; what people read of one is the text format-KEY.
 * @satisfies {Record<string, Written>}
 */
const formats = {
  json: { extension: "json", type: "application/json", pieces: json, all: allJson },
  // By the mark spreadsheets know that it is UTF-8.
  csv: { extension: "csv", type: "text/csv", pieces: csv, all: allCsv, mark: "\uFEFF" },
  conll: { extension: "conll", type: "text/plain", pieces: conll, all: allConll },
  html: { extension: "html", type: "text/html", pieces: (/** @type {Result} */ result) => html([result]), all: html },
};

export const formatNames = /** @type {Format[]} */ (Object.keys(formats));

/**
 * Fills a select with the formats, the first of them chosen.
 * @param {HTMLSelectElement} select
 */
export function listFormats(select) {
  const named = formatNames.map((name) => {
    const key = `format-${name}`;
    return element("option", { "value": name, "data-i18n": key }, t(key));
  });
  select.replaceChildren(...named);
}

/**
 * @param {Format} format
 * @param {Result} result
 * @returns {Promise<Blob>}
 */
export const write = (format, result) => written(format, formats[format].pieces(result));

/**
 * The results of several files in one.
 * @param {Format} format
 * @param {NamedResult[]} results
 */
export const writeAll = (format, results) => written(format, formats[format].all(results));

/**
 * @param {Format} format
 * @param {Iterable<string>} pieces
 */
async function written(format, pieces) {
  /** @type {Written} */
  const { type, mark = "" } = formats[format];
  const pace = pacer();
  /** @type {BlobPart[]} */
  const parts = [];
  let part = "";
  for (const piece of pieces) {
    part += piece;
    if (part.length > 1 << 20) {
      // Encoded now: all of it at the end would take a tenth of a second.
      parts.push(new Blob([part]));
      part = "";
    }
    await pace();
  }
  parts.push(part);
  if (mark) parts.unshift(mark);
  return new Blob(parts, { type: `${type};charset=utf-8` });
}

/**
 * The file name of a format.
 * @param {Format} format
 */
export const fileName = (format) => `entities.${formats[format].extension}`;

/** @param {Result} result */
function* json({ text, bundle, prediction, entities, threshold }) {
  const { head, decoder, tags, words } = prediction;
  const start = JSON.stringify({
    bundle,
    head,
    decoder,
    threshold,
    offsets: "UTF-16 code units of this text",
    tags,
    text,
  });
  yield `${start.slice(0, -1)},\n"entities": [`;
  let separator = "\n";
  for (const { start, end, type, text, score, words } of entities) {
    yield separator + JSON.stringify({ text, type, start, end, score, words });
    separator = ",\n";
  }
  yield '\n],\n"words": [';
  separator = "\n";
  for (const { start, end, tag, score, sentence, probabilities } of words) {
    const word = {
      text: text.slice(start, end),
      start,
      end,
      sentence,
      tag,
      score,
      probabilities: Array.from(probabilities, rounded),
    };
    yield separator + JSON.stringify(word);
    separator = ",\n";
  }
  yield "\n]}\n";
}

/**
 * Seven digits are what a 32-bit number holds.
 * @param {number} number
 */
const rounded = (number) => Number(number.toPrecision(7));

const COLUMNS = "text,type,start,end,score\r\n";

/** @param {Result} result */
function* csv({ entities }) {
  yield COLUMNS;
  for (const entity of entities) yield toCsvLine(row(entity));
}

/** @param {Entity} entity */
const row = ({ text, type, start, end, score }) => [text, type, String(start), String(end), score.toFixed(4)];

/**
 * Word and IOB2 tag, an empty line after each sentence.
 * @param {Result} result
 */
function* conll({ text, prediction, entities }) {
  let next = 0;
  let sentence = null;
  for (const [index, word] of prediction.words.entries()) {
    if (sentence !== null && word.sentence !== sentence) yield "\n";
    sentence = word.sentence;
    while (next < entities.length && entities[next].words[1] <= index) next += 1;
    const entity = entities[next];
    const inside = entity && entity.words[0] <= index;
    const tag = inside ? `${entity.words[0] === index ? "B" : "I"}-${entity.type.replace(/\s+/g, "_")}` : "O";
    // No word holds white space, but for the kinds that only some tools take for it.
    yield `${text.slice(word.start, word.end).replace(/\s+/g, "_")}\t${tag}\n`;
  }
  yield "\n";
}

/** @param {NamedResult[]} results */
function* allJson(results) {
  yield '{"files": [';
  for (const [index, result] of results.entries()) {
    yield `${index > 0 ? "," : ""}\n{"file": ${JSON.stringify(result.name)}, "result": `;
    yield* json(result);
    yield "}";
  }
  yield "]}\n";
}

/** @param {NamedResult[]} results */
function* allCsv(results) {
  yield `file,${COLUMNS}`;
  for (const { name, entities } of results) {
    for (const entity of entities) yield toCsvLine([name, ...row(entity)]);
  }
}

/** @param {NamedResult[]} results */
function* allConll(results) {
  for (const result of results) {
    yield `# file = ${result.name.replace(/\s+/g, " ")}\n`;
    yield* conll(result);
  }
}

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.0625rem/2.1 system-ui, sans-serif; }
main { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
mark { padding: 0.2em 0.3em; border: 1px solid light-dark(#9aa5b1, #5b6878); border-radius: 0.4em;
  background: light-dark(#eef1f5, #28313d); color: inherit; }
mark small { margin-inline: 0.4em; font-size: 0.68em; font-weight: 650; unicode-bidi: isolate; }
${[
  "#fee3ee",
  "#dfedff",
  "#d7f4dc",
  "#c9f5f4",
  "#fde8cb",
  "#fee5de",
  "#eee7ff",
  "#e7f0cf",
  "#fee4e5",
  "#d2f1fe",
  "#fbe1fc",
  "#e6eafc",
]
  .map((colour, index) => `.c${index} { background: light-dark(${colour}, #28313d); }`)
  .join("\n")}
`;

/**
 * A page of its own, without scripts. All that is not ours is built as nodes and then written out, so that it stays text.
 * @param {(Result & { name?: string })[]} results
 */
function* html(results) {
  const serializer = new XMLSerializer();
  /** @param {string} string */
  const plain = (string) => serializer.serializeToString(document.createTextNode(string));
  // An element begins with it, so that no text is touched.
  /** @param {Node} node */
  const written = (node) => serializer.serializeToString(node).replace(' xmlns="http://www.w3.org/1999/xhtml"', "");

  yield `<!doctype html>
<html lang="${currentLanguage()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nerite: ${plain(results[0].bundle)}</title>
<style>${STYLE}</style>
</head>
<body>`;
  for (const { name: file, text, entities } of results) {
    if (file !== undefined) yield `\n${written(element("h2", {}, file))}`;
    yield `\n<main lang="">`;
    let position = 0;
    for (const { start, end, type, text: name, score } of entities) {
      yield plain(text.slice(position, start));
      const mark = element("mark", { class: `c${typeColour(type)}`, title: score.toFixed(3) }, name);
      mark.append(element("small", { lang: currentLanguage() }, typeName(type)));
      yield written(mark);
      position = end;
    }
    yield `${plain(text.slice(position))}</main>`;
  }
  yield "\n</body>\n</html>\n";
}
