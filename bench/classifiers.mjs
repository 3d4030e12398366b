// In headless Chromium, one thread: token classifiers that `nerite import` made bundles of, against transformers.js with
// the same checkpoints in q4 and q8.
//
//   node bench/classifiers.mjs WORK OUT ROUNDS
//
// Everyone gets texts of 128 subwords, never the same one twice, one at a time: our `predict` against its pipeline, both
// from text to what was found; and its model alone, from ids to logits, to see what its pipeline adds.

import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { peer, Site, takeTurns } from "./pages.mjs";
import { sentences } from "./text.mjs";

const [work, out, rounds] = process.argv.slice(2);
const LENGTH = 128;
/** More than anyone reads. */
const TEXTS = 800;
/** What transformers.js runs of each checkpoint: its name for the kind of numbers, and the file. */
const PEERS = {
  "rampart": { q4: "model_q4", q8: "model_quantized" },
  "bert-base-classifier": { q8: "model_quantized" },
};
const site = await Site.open(work);

/** In a page: begins or fills texts so that they have so many subwords, those before and after them included. */
async function fit({ name, texts, length }) {
  const tokenizer = await globalThis.peer.AutoTokenizer.from_pretrained(name);
  const subwords = (text) => tokenizer(text).input_ids.dims.at(-1);
  const known = new Map();
  return texts.map((text) => {
    const kept = [];
    let room = length - 2;
    for (const word of text.split(" ")) {
      if (!known.has(word)) known.set(word, subwords(word) - 2);
      if (known.get(word) > room) break;
      kept.push(word);
      room -= known.get(word);
    }
    const whole = [...kept, ...Array(room).fill("and")].join(" ");
    if (subwords(whole) !== length) throw new Error(`${subwords(whole)} subwords, expected ${length}: ${whole}`);
    return whole;
  });
}

/** Texts for one checkpoint's vocabulary. */
async function textsFor(name) {
  const browser = await site.browser();
  const page = await browser.open("/page");
  await page.evaluate(peer, 1);
  const texts = Array.from({ length: TEXTS }, (_, at) => sentences(LENGTH, at + 1).join(" "));
  const fitting = await page.evaluate(fit, { name, texts, length: LENGTH });
  await browser.close();
  return fitting;
}

/** In a page: our bundle, in one worker. */
async function load(name) {
  const { load } = await import("/pkg/nerite.js");
  globalThis.recognizer = await load(`/imported/${name}/`, { workers: 1 });
}

/** In a page: from texts to entities with Nerite. */
async function predict({ argument: texts }) {
  const start = performance.now();
  for (const text of texts) globalThis.prediction = await globalThis.recognizer.predict(text);
  return performance.now() - start;
}

/** In a page: the same checkpoint in transformers.js. */
async function loadPeer({ name, dtype }) {
  globalThis.tagger = await globalThis.peer.pipeline("token-classification", name, { dtype, device: "wasm" });
}

/** In a page: from texts to tagged subwords with transformers.js. */
async function predictPeer({ argument: texts }) {
  const start = performance.now();
  for (const text of texts) globalThis.prediction = await globalThis.tagger(text);
  return performance.now() - start;
}

/** In a page: from subwords to logits with transformers.js. */
async function modelPeer({ argument: texts }) {
  const inputs = texts.map((text) => globalThis.tagger.tokenizer(text));
  const start = performance.now();
  for (const input of inputs) globalThis.outputs = await globalThis.tagger.model(input);
  return performance.now() - start;
}

/** One checkpoint: everyone's samples, the file that each has read, and the memory that it has taken. */
async function compare(name) {
  const texts = await textsFor(name);
  // Everyone reads all of them in the same order.
  const reader = () => {
    let at = 0;
    return (count) => {
      if (at + count > texts.length) throw new Error("too few texts");
      return texts.slice(at, (at += count));
    };
  };
  const browsers = [await site.browser()];
  const page = await browsers[0].open("/page");
  await page.evaluate(load, name);
  const ours = join(work, "imported", name, "encoder.safetensors");
  const peers = [{ who: "nerite", what: "text", file: ours, run: predict, browser: browsers[0], page }];
  for (const [dtype, model] of Object.entries(PEERS[name])) {
    const browser = await site.browser();
    const page = await browser.open("/page");
    await page.evaluate(peer, 1);
    await page.evaluate(loadPeer, { name, dtype });
    const its = { who: `transformers.js ${dtype}`, dtype, file: join(work, "models", name, "onnx", `${model}.onnx`) };
    peers.push({ ...its, what: "text", run: predictPeer, browser, page });
    peers.push({ ...its, what: "model alone", run: modelPeer, browser, page });
    browsers.push(browser);
  }
  for (const each of peers) each.give = reader();
  await takeTurns(peers, rounds);
  const { pieces, reused, wasmBytes, backend } = await page.evaluate(() => ({
    pieces: globalThis.prediction.words.length,
    reused: globalThis.prediction.reusedWords,
    wasmBytes: globalThis.recognizer.wasmBytes,
    backend: globalThis.recognizer.backend,
  }));
  if (pieces !== LENGTH - 2 || reused) throw new Error(`${pieces} subwords, ${reused} of them known already`);
  const found = [];
  for (const { who, what, dtype, file, count, samples, page } of peers) {
    const memory = dtype ? await page.evaluate(() => globalThis.wasmBytes()) : wasmBytes;
    const kernel = dtype ? undefined : backend;
    found.push({ name, who, what, dtype, kernel, count, samples, fileBytes: statSync(file).size, wasmBytes: memory });
  }
  for (const browser of browsers) await browser.close();
  return found;
}

const runs = [];
for (const name of Object.keys(PEERS)) {
  console.error(`   ${name}`);
  runs.push(...(await compare(name)));
}
site.close();
writeFileSync(out, JSON.stringify({ length: LENGTH, runs, versions: await site.versions() }));
