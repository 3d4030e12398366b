// In headless Chromium: ours against transformers.js, q8, on the same encoders.
//
//   node bench/browser.mjs WORK OUT ROUNDS PARTS      PARTS: some of encode,head,text,load, with commas between
//
// Every peer has a browser of its own, which stays open; they take turns, round by round. CPU time is that of the
// browser's renderers, all threads, from /proc.

import { writeFileSync } from "node:fs";

import { peer, Site, sample, takeTurns, WITHOUT_VNNI } from "./pages.mjs";
import { sentences } from "./text.mjs";

const [work, out, rounds, parts] = process.argv.slice(2);
const site = await Site.open(work);
const NAMES = ["all-MiniLM-L6-v2", "distilbert-cased-edit"];
const LENGTHS = [32, 128, 512];
const WORDS = 2000;

/** The encoder alone, one thread. */
async function encode(name) {
  const ours = async ({ argument: [build, length], count }) => {
    const ids = Uint32Array.from({ length }, (_, at) => 1000 + ((at * 104729) % 20000));
    const start = performance.now();
    for (let run = 0; run < count; run++) globalThis[build].encode(ids);
    return performance.now() - start;
  };
  const theirs = async ({ argument: [, length], count }) => {
    const { Tensor } = globalThis.peer;
    const ids = BigInt64Array.from({ length }, (_, at) => BigInt(1000 + ((at * 104729) % 20000)));
    const input_ids = new Tensor("int64", ids, [1, length]);
    const attention_mask = new Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]);
    const start = performance.now();
    for (let run = 0; run < count; run++) await globalThis.model({ input_ids, attention_mask });
    return performance.now() - start;
  };
  const load = async ([name, builds]) => {
    const file = new Uint8Array(await (await fetch(`/models/${name}/encoder.safetensors`)).arrayBuffer());
    const kernels = {};
    for (const build of builds) {
      const { default: start, Engine } = await import(`/engine/${build}/bench_engine.js`);
      await start({ module_or_path: `/engine/${build}/bench_engine_bg.wasm` });
      globalThis[build] = new Engine(file);
      kernels[build] = globalThis[build].backend();
    }
    return kernels;
  };
  const loadPeer = async (name) => {
    globalThis.model = await globalThis.peer.AutoModel.from_pretrained(name, { dtype: "q8", device: "wasm" });
  };
  const found = [];
  for (const [cpu, flags, lengths, builds] of [
    ["as it is", [], LENGTHS, ["relaxed", "plain"]],
    ["without VNNI", [WITHOUT_VNNI], [128], ["relaxed"]],
  ]) {
    const [mine, other] = [await site.browser(flags), await site.browser(flags)];
    const page = await mine.open("/page");
    const kernels = await page.evaluate(load, [name, builds]);
    const peerPage = await other.open("/page");
    await peerPage.evaluate(peer, 1);
    await peerPage.evaluate(loadPeer, name);
    for (const length of lengths) {
      const peers = [
        ...builds.map((build) => ({
          who: `nerite ${build}`,
          kernel: kernels[build],
          browser: mine,
          page,
          run: ours,
          give: () => [build, length],
        })),
        { who: "transformers.js", browser: other, page: peerPage, run: theirs, give: () => [null, length] },
      ];
      await takeTurns(peers, rounds);
      for (const { who, kernel, count, samples } of peers)
        found.push({ name, cpu, length, who, kernel, count, samples });
    }
    await mine.close();
    await other.close();
  }
  return found;
}

/** What the best head adds to the encoder's time: words to tags with it, and with a linear head on the last layer. */
async function head(name) {
  const browser = await site.browser();
  const page = await browser.open("/page");
  const samples = await page.evaluate(
    async ([name, texts]) => {
      const { load } = await import("/pkg/nerite.js");
      const recognizer = await load(`/bundles/${name}/`, { workers: 1 });
      const samples = { linear: [], best: [] };
      for (const [round, text] of texts.entries()) {
        for (const head of Object.keys(samples)) {
          // Sentences that were not read before.
          const words = text.map((sentence) => [...sentence.split(" "), `${head}${round}`]);
          const start = performance.now();
          await recognizer.predictWords(words, { head });
          if (round >= 5) samples[head].push(performance.now() - start); // The first ones warm up.
        }
      }
      return samples;
    },
    [name, Array.from({ length: 6 * rounds + 5 }, (_, round) => sentences(500, round + 1))],
  );
  await browser.close();
  return Object.entries(samples).map(([head, samples]) => ({ name, head, samples }));
}

/** In a page: text to entities with transformers.js, one sentence after the other. */
async function predictPeer({ argument: text }) {
  const start = performance.now();
  let entities = 0;
  for (const sentence of text) entities += (await globalThis.tagger(sentence)).length;
  globalThis.entities = entities;
  return performance.now() - start;
}

/** In a page: text to entities with Nerite. */
async function predict({ argument: text }) {
  const start = performance.now();
  globalThis.prediction = await globalThis.recognizer.predict(text.join(" "));
  return performance.now() - start;
}

/** A text of 2,000 words from paste to entities: our pool of two workers, their two threads. */
async function text(name) {
  const [mine, other] = [await site.browser(), await site.browser()];
  const page = await mine.open("/page");
  await page.evaluate(async (name) => {
    const { load } = await import("/pkg/nerite.js");
    globalThis.recognizer = await load(`/bundles/${name}/`, { workers: 2 });
  }, name);
  const peerPage = await other.open("/isolated/page");
  await peerPage.evaluate(peer, 2);
  const isolated = await peerPage.evaluate(async (name) => {
    globalThis.tagger = await globalThis.peer.pipeline("token-classification", `${name}/ner`, {
      dtype: "q8",
      device: "wasm",
    });
    return crossOriginIsolated;
  }, name);
  if (!isolated) throw new Error("the peer's page is not isolated: no threads");
  const peers = [
    { who: "nerite", browser: mine, page, run: predict, samples: [] },
    { who: "transformers.js", browser: other, page: peerPage, run: predictPeer, samples: [] },
  ];
  for (let round = -1; round < rounds; round++) {
    const given = sentences(WORDS, round + 2);
    for (const each of peers) {
      const found = await sample({ ...each, give: () => given }, 1);
      if (round >= 0) each.samples.push(found); // The first one warms up.
    }
  }
  const workers = await page.evaluate(() => globalThis.recognizer.workers);
  const memory = {
    nerite: await page.evaluate(() => globalThis.recognizer.wasmBytes),
    "transformers.js": await peerPage.evaluate(() => globalThis.wasmBytes()),
  };
  await mine.close();
  await other.close();
  return peers.map(({ who, samples }) => ({
    name,
    who,
    samples,
    wasmBytes: memory[who],
    workers: who === "nerite" ? workers : 2,
  }));
}

/** From a fresh page to loaded, and on to the first result, when all files are in the browser's cache. */
async function load(name) {
  const [mine, other] = [await site.browser(), await site.browser()];
  const ours = async ([name, sentence]) => {
    const start = performance.now();
    const { load } = await import("/pkg/nerite.js");
    const recognizer = await load(`/bundles/${name}/`);
    const loaded = performance.now() - start;
    await recognizer.predict(sentence);
    return { loaded, first: performance.now() - start, wasmBytes: recognizer.wasmBytes };
  };
  const theirs = async ([name, sentence]) => {
    const tagger = await globalThis.peer.pipeline("token-classification", `${name}/ner`, {
      dtype: "q8",
      device: "wasm",
    });
    const loaded = performance.now() - globalThis.start;
    await tagger(sentence);
    return { loaded, first: performance.now() - globalThis.start, wasmBytes: globalThis.wasmBytes() };
  };
  const peers = [
    { who: "nerite", browser: mine, samples: [] },
    { who: "transformers.js", browser: other, samples: [] },
  ];
  for (let round = -2; round < rounds; round++) {
    const [sentence] = sentences(1, round + 3);
    for (const { who, browser, samples } of peers) {
      const page = await browser.open("/page");
      const before = await browser.cpu();
      let found;
      if (who === "nerite") {
        found = await page.evaluate(ours, [name, sentence]);
      } else {
        await page.evaluate(() => (globalThis.start = performance.now()));
        await page.evaluate(peer, 1);
        found = await page.evaluate(theirs, [name, sentence]);
      }
      found.cpu = (await browser.cpu()) - before;
      await page.close();
      if (round >= 0) samples.push(found); // The first two fill the caches.
    }
  }
  await mine.close();
  await other.close();
  return peers.map(({ who, samples }) => ({ name, who, samples }));
}

const result = {};
for (const [part, run] of Object.entries({ encode, head, text, load }).filter(([part]) =>
  parts.split(",").includes(part),
)) {
  result[part] = [];
  for (const name of NAMES) {
    console.error(`   ${part}, ${name}`);
    result[part].push(...(await run(name)));
  }
}
site.close();
result.versions = await site.versions();
writeFileSync(out, JSON.stringify(result));
