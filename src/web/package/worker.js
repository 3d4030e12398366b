// A worker: one engine, which answers in the order of the questions.

import { build } from "./build.js";
import { PART, Source } from "./downloads.js";
import { describe, NeriteError, refuse } from "./errors.js";

/** Bytes that go into the engine in one call: a copy of them is in wasm's memory for that time. */
const SLICE = 1 << 18;

/** How often it all begins again because of what was wrong in the cache: a file, or two that are the same one. */
const MOST_AGAIN = 3;

let wasm = null;
let engine = null;

async function start() {
  const { default: init, Engine } = await build();
  wasm = await init();
  return Engine;
}

/** `manifest` is that of the first worker: all of them are to hold the same bundle, whatever the server has by then. */
async function load({ source, cache, manifest: known }, progress, again = 0) {
  const from = new Source(source);
  const [Engine, manifest] = await Promise.all([start(), known ?? from.manifest()]);
  engine = new Engine(manifest);
  const files = engine.files();
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  let kept = true;
  for (const file of files) {
    let fromCache = false;
    let loaded = done;
    progress({ loaded, total, file: file.file, cached: false });
    // What was right as a whole when it came is checked part by part, which the browser does many times faster than wasm.
    const inParts = cache && self.crypto?.subtle && (file.parts || file.bytes <= PART) && (await from.wasRight(file));
    try {
      await from.read(file, { cache }, async (bytes, cached) => {
        fromCache ||= cached;
        if (inParts) {
          if (!cached) refuse("integrity", `${file.file}: found only a part of it in the cache`);
          engine.checkPart(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
        }
        for (let at = 0; at < bytes.length; at += SLICE) engine.push(bytes.subarray(at, at + SLICE));
        loaded += bytes.length;
        progress({ loaded, total, file: file.file, cached });
      });
      engine.finishFile();
      const isKept = cache && (await from.isKept(file));
      if (isKept && !inParts) await from.noteRight(file);
      kept &&= isKept;
    } catch (error) {
      if (!["integrity", "bundle"].includes(error.code)) throw error;
      // Part by part it is wrong, or what the manifest says of its parts is: as a whole it may be right all the same.
      if (inParts) await from.doubt(file);
      // What is wrong must not be kept; what came from the cache may be right on the server.
      else await from.forget(file);
      if ((!fromCache && !inParts) || again === MOST_AGAIN) throw error;
      engine.free();
      return load({ source, cache, manifest: known }, progress, again + 1);
    }
    done += file.bytes;
  }
  return { ...engine.describe(), manifest, kept, wasmBytes: wasm.memory.buffer.byteLength };
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
    const { nerite_panic: panic } = self;
    self.postMessage({ id, error: fatal && panic ? { code: "crash", message: panic } : describe(error), fatal });
  }
};
