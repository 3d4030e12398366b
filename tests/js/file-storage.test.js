import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileStorage } from "../../src/web/package/file-storage.js";

test("a cache on disk tells the addresses of what it holds", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nerite-"));
  const before = process.env.NERITE_CACHE;
  process.env.NERITE_CACHE = folder;
  try {
    const cache = await new FileStorage().open("files");
    const urls = ["https://a.example/b/encoder.safetensors?sha256=1&part=0", "https://a.example/b/manifest.json"];
    for (const url of urls) await cache.put(url, new Response("12345"));
    const keys = await cache.keys();
    assert.deepEqual(keys.map(({ url }) => url).sort(), urls);
    for (const key of keys) assert.equal((await cache.match(key)).headers.get("Content-Length"), "5");
    assert.equal(await cache.delete(urls[0]), true);
    assert.deepEqual(
      (await cache.keys()).map(({ url }) => url),
      [urls[1]],
    );
    assert.equal(await cache.match(urls[0]), undefined);
  } finally {
    if (before === undefined) delete process.env.NERITE_CACHE;
    else process.env.NERITE_CACHE = before;
    await rm(folder, { recursive: true });
  }
});
