import assert from "node:assert/strict";
import { test } from "node:test";
import { Source } from "../../src/web/package/downloads.js";
import { withoutEngine } from "./without-engine.js";

const MIB = 2 ** 20;

/** Workers whose memory grows by what a task says, and never shrinks. */
function workers() {
  const all = [];
  const make = () => {
    let wasmBytes = 40 * MIB;
    const worker = { ended: false, onmessage: null, terminate: () => (worker.ended = true) };
    worker.postMessage = ({ id, task, grows = 0 }) => {
      wasmBytes += grows;
      const result = task === "load" ? { manifest: {}, wasmBytes } : { wasmBytes };
      setTimeout(() => worker.onmessage?.({ data: { id, result, wasmBytes } }));
    };
    all.push(worker);
    setTimeout(() => worker.onmessage?.({ data: { ready: true } }));
    return worker;
  };
  return { all, make };
}

test("a worker whose memory has grown beyond need is replaced, one of ordinary texts is not", async () => {
  const { Pool } = await withoutEngine("pool.js");
  const { all, make } = workers();
  const own = new Pool({}, { worker: make });
  const read = async (grows, text = "") => {
    await own.outline(text);
    const seen = [];
    await own.run([{ input: () => ({ grows }), done: (result) => seen.push(result) }]);
    assert.equal(seen.length, 1, "every task is answered");
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  for (let times = 0; times < 5; times++) await read(4 * MIB);
  assert.equal(all.length, 1);
  // A text may take memory as long as it is read...
  await read(40 * MIB, "a".repeat(8 * MIB));
  assert.deepEqual(
    all.map(({ ended }) => ended),
    [false],
  );
  // ...but a short one after it does not need as much.
  await read(0, "short");
  assert.equal(all[0].ended, true);
  await read(0, "short");
  assert.equal(all.length, 2);
  assert.equal(all[1].ended, false);
  // Whatever comes, never more than one is there, and what is there is small.
  for (let times = 0; times < 20; times++) await read(100 * MIB);
  assert.ok(all.filter(({ ended }) => !ended).length <= 1);
  own.free();
  assert.ok(all.every(({ ended }) => ended));
});

test("workers that are starting when all are freed end as well", async () => {
  const { Pool } = await withoutEngine("pool.js");
  const { all, make } = workers();
  const own = new Pool({}, { worker: make });
  await own.lead();
  const grown = own.grow(3).catch((error) => error.code);
  // They wait for a file that does not come.
  for (const worker of all.slice(1)) worker.postMessage = () => {};
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(all.length, 3);
  own.free();
  assert.ok(all.every(({ ended }) => ended));
  assert.equal(await grown, "freed");
});

/** The browser's cache, by addresses alone. */
function cache(urls) {
  const kept = new Set(urls);
  globalThis.caches = {
    open: async () => ({
      keys: async () => [...kept].map((url) => ({ url })),
      delete: async (url) => kept.delete(url),
      match: async () => undefined,
    }),
  };
  return kept;
}

test("of a bundle's older files nothing is kept, of other bundles' everything", async () => {
  const base = "https://example.org/bundles/mini/";
  const own = { file: "encoder.safetensors", bytes: 3, sha256: "new" };
  const head = { file: "heads/base.safetensors", bytes: 3, sha256: "head" };
  const stay = [
    `${base}encoder.safetensors?sha256=new&part=0`,
    `${base}encoder.safetensors?sha256=new&part=all`,
    `${base}heads/base.safetensors?sha256=head&part=0`,
    // Other bundles, also one whose folder is in this one's, and one whose name begins alike.
    "https://example.org/bundles/mini/other/heads/x.safetensors?sha256=1&part=0",
    "https://example.org/bundles/mini/other/encoder.safetensors?sha256=5&part=0",
    "https://example.org/bundles/mini-2/encoder.safetensors?sha256=2&part=0",
    "https://example.org/bundles/other/encoder.safetensors?sha256=3&part=0",
    "https://elsewhere.org/bundles/mini/encoder.safetensors?sha256=4&part=0",
  ];
  const go = [
    `${base}encoder.safetensors?sha256=old&part=0`,
    `${base}encoder.safetensors?sha256=newer&part=0`,
    `${base}encoder.0123456789abcdef.safetensors?sha256=old&part=0`,
    `${base}heads/base.safetensors?sha256=old&part=0`,
    `${base}heads/gone.safetensors?sha256=old&part=all`,
  ];
  const kept = cache([...stay, ...go]);
  await new Source({ base }).forgetOthers([own, head]);
  assert.deepEqual([...kept].sort(), [...stay].sort());
  delete globalThis.caches;
});
