// Wasm memory never shrinks: after a hundred hostile texts of a megabyte, of 32 kinds, it must be below 1.5 times what
// one of plain prose takes. `node tests/memory/hostile.mjs [BUNDLE]`; it needs pkg/ and a whole bundle, and takes some
// minutes.

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "../../pkg/node.js";

const SIZE = 1_000_000;
const TEXTS = 100;
const MOST = 1.5;
/** A text that takes longer is given up, as a reader would: what it has taken until then counts. */
const PATIENCE = Number(process.env.NERITE_PATIENCE ?? 20_000);

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = resolve(root, process.argv[2] ?? "www/bundles/all-MiniLM-L6-v2");

/** Numbers that look random, and are the same every time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const repeated = (piece) => () => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE);
const drawn = (signs) => (seed) => {
  const below = numbers(seed);
  return Array.from({ length: SIZE }, () => signs[below(signs.length)]).join("");
};

const KINDS = {
  "one word": repeated("a"),
  dots: repeated("."),
  "brackets open": repeated("("),
  "brackets both": repeated("()"),
  "square brackets": repeated("[[]]"),
  "angle brackets": repeated("<"),
  tags: repeated("<a href=x>"),
  quotes: repeated('"'),
  apostrophes: repeated("'"),
  hyphens: repeated("-a"),
  underscores: repeated("_"),
  slashes: repeated("a/"),
  commas: repeated("a,"),
  "digits in one": repeated("1234567890"),
  "digits apart": repeated("1 2 3 4 5 "),
  "line ends": repeated("\n"),
  spaces: repeated(" "),
  "words in lines": repeated("Ada\n"),
  abbreviations: repeated("U.S. "),
  "zero width": repeated("a\u200b"),
  "byte order marks": repeated("\ufeff"),
  "combining marks": repeated("e\u0301\u0301\u0301"),
  emoji: repeated("👩‍🚀"),
  han: repeated("東京"),
  hangul: repeated("서울은 "),
  arabic: repeated("القاهرة "),
  "right to left": repeated("\u202e\u2066a"),
  controls: repeated("\u0000\u0001\u007f"),
  "lone surrogates": repeated("\ud800"),
  "base64": drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
  "any signs": drawn(" .,;:!?()[]{}<>\"'`~@#$%^&*-_=+\\|/aB1\n"),
  "long sentence": repeated("Ada Lovelace met Charles Babbage and "),
};

/** Prose as people have it, every sentence another one. */
function prose(length) {
  const below = numbers(1);
  const names = [
    "Ada Lovelace",
    "Mr. Babbage",
    "Angela Merkel",
    "Kofi Annan",
    "the mayor",
    "a spokesman",
    "Maria Lindqvist",
  ];
  const verbs = ["met", "wrote to", "spoke with", "has left", "waits for", "blamed", "thanked"];
  const places = [
    "in Paris",
    "near Nairobi",
    "at the United Nations",
    "on Tuesday",
    "in South Korea",
    "for eleven years",
  ];
  let text = "";
  while (text.length < length) {
    const any = (list) => list[below(list.length)];
    text += `${any(names)} ${any(verbs)} ${any(names)} ${any(places)}, and ${below(10_000)} people came ${any(places)}. `;
  }
  return text.slice(0, length);
}

const say = (line) => process.stdout.write(`${line}\n`);
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);

/** Predicts, or gives up. */
async function predict(recognizer, text) {
  const start = performance.now();
  try {
    await recognizer.predict(text, { signal: AbortSignal.timeout(PATIENCE) });
    return `${Math.round(performance.now() - start)} ms`;
  } catch (error) {
    if (error.name !== "TimeoutError" && error.name !== "AbortError") throw error;
    return "given up";
  }
}

const usual = await load(bundle, { workers: 1 });
await predict(usual, prose(200_000));
const normal = usual.wasmBytes;
usual.free();
say(`prose: ${megabytes(normal)} MiB`);

const recognizer = await load(bundle, { workers: 1 });
const kinds = Object.entries(KINDS);
let failed = false;
for (let number = 0; number < TEXTS; number++) {
  const [name, make] = kinds[number % kinds.length];
  const before = recognizer.wasmBytes;
  const time = await predict(recognizer, make(number + 1));
  const own = recognizer.wasmBytes;
  failed ||= own > MOST * normal;
  if (own > before || time === "given up") say(`${number + 1}, ${name}: ${time}, ${megabytes(own)} MiB`);
}
const { entities } = await recognizer.predict("Barack Obama visited Berlin.");
failed ||= entities.length === 0;
say(`${TEXTS} texts: ${megabytes(recognizer.wasmBytes)} MiB, ${(recognizer.wasmBytes / normal).toFixed(2)} of prose`);
recognizer.free();
process.exitCode = failed ? 1 : 0;
