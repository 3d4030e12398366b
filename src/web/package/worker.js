// A worker: one engine, which answers in the order of the questions.

import { Source } from "./downloads.js";
import { NeriteError, describe, refuse } from "./errors.js";

// A module with one function: i32x4.relaxed_dot_i8x16_i7x16_add_s of constants.
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);

/** Bytes of a part that a manifest has the sha256 of. */
const PART = 4 << 20;
/** Bytes that go into the engine in one call: a copy of them is in wasm's memory for that time. */
const SLICE = 1 << 18;

let wasm = null;
let engine = null;

/** The same crate, built twice: relaxed SIMD is about twice as fast, where there is any. */
async function start() {
  const build = WebAssembly.validate(RELAXED)
    ? await import("./wasm/relaxed/nerite_web.js")
    : await import("./wasm/plain/nerite_web.js");
  wasm = await build.default();
  return build.Engine;
}

async function load({ source, cache }, progress) {
  const from = new Source(source);
  const [Engine, manifest] = await Promise.all([start(), from.manifest()]);
  engine = new Engine(manifest);
  const files = engine.files();
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  for (const file of files) {
    let fromCache = false;
    let loaded = done;
    progress({ loaded, total, file: file.file, cached: false });
    // What was right as a whole when it came is checked part by part, which the browser does many times faster.
    const take = cache && self.crypto?.subtle && (await from.wasRight(file)) ? inParts(file) : push;
    try {
      await from.read(file, { cache }, async (bytes, cached) => {
        fromCache ||= cached;
        if (!cached && take !== push) refuse("integrity", `${file.file}: found a part of it only in the cache`);
        loaded += bytes.length;
        await take(bytes);
        progress({ loaded, total, file: file.file, cached });
      });
      engine.finishFile();
      if (cache && take === push) await from.noteRight(file);
    } catch (error) {
      if (!["integrity", "bundle"].includes(error.code)) throw error;
      // What is wrong must not be kept; what came from the cache may be right on the server.
      await from.forget(file);
      if (!fromCache && take === push) throw error;
      engine.free();
      return load({ source, cache }, progress);
    }
    done += file.bytes;
  }
  return { ...engine.describe(), wasmBytes: wasm.memory.buffer.byteLength };
}

function push(bytes) {
  for (let at = 0; at < bytes.length; at += SLICE) engine.push(bytes.subarray(at, at + SLICE));
}

/** What takes the bytes of a file, in pieces of any size, and has the browser hash them; where the manifest allows it. */
function inParts({ bytes: total, parts }) {
  if (total > PART && !parts) return push;
  let part = null;
  let filled = 0;
  let done = 0;
  return async (bytes) => {
    while (bytes.length > 0) {
      // Whatever is too much, the engine refuses.
      if (done === total) return push(bytes);
      const length = Math.min(PART, total - done);
      let whole = null;
      if (filled === 0 && bytes.length >= length) {
        whole = bytes.subarray(0, length);
        bytes = bytes.subarray(length);
      } else {
        part ??= new Uint8Array(Math.min(PART, total));
        const piece = bytes.subarray(0, length - filled);
        part.set(piece, filled);
        filled += piece.length;
        bytes = bytes.subarray(piece.length);
        if (filled === length) whole = part.subarray(0, length);
      }
      if (!whole) continue;
      engine.checkPart(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
      push(whole);
      done += length;
      filled = 0;
    }
  };
}

function outline({ text }) {
  return engine.outline(text);
}

function predict({ text, words, sentences, questions }) {
  const start = performance.now();
  const answers = engine.predict(text, words, sentences, questions);
  return { answers, milliseconds: performance.now() - start, wasmBytes: wasm.memory.buffer.byteLength };
}

const tasks = { load, outline, predict };

self.onmessage = async ({ data: { id, task, ...input } }) => {
  try {
    const result = await tasks[task](input, (progress) => self.postMessage({ id, progress }));
    self.postMessage({ id, result });
  } catch (error) {
    // After a trap the engine's memory cannot be trusted: the page starts another worker.
    const fatal = !(error instanceof NeriteError) && typeof error?.code !== "string";
    self.postMessage({ id, error: describe(error), fatal });
  }
};
