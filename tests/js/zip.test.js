// Bundles in zip files: what is packed is found again, and what is damaged is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { unzip } from "../../src/web/package/unzip.js";
import { zip } from "../../src/web/package/zip.js";

const bytes = (text) => new TextEncoder().encode(text);
const texts = async (files) => Promise.all(files.map(async ([path, blob]) => [path, await blob.text()]));

/** An archive with one packed file, and a comment. */
function deflated(path, text, said = text.length) {
  const packed = deflateRawSync(text);
  const whole = Buffer.from(zip([[path, packed]]));
  const directory = whole.readUInt32LE(whole.length - 6);
  for (const at of [8, directory + 10]) whole.writeUInt16LE(8, at);
  whole.writeUInt32LE(said, 22);
  whole.writeUInt32LE(said, directory + 24);
  whole.writeUInt16LE(4, whole.length - 2);
  return new Blob([whole, "note"]);
}

test("files are found again, as they are or unpacked", async () => {
  const files = [
    ["manifest.json", bytes("{}")],
    ["heads/größe.safetensors", bytes("weights")],
    ["empty", bytes("")],
  ];
  assert.deepEqual(await texts(await unzip(new Blob([zip(files)]))), [
    ["manifest.json", "{}"],
    ["heads/größe.safetensors", "weights"],
    ["empty", ""],
  ]);
  const long = "weights ".repeat(1000);
  assert.deepEqual(await texts(await unzip(deflated("a/b", long))), [["a/b", long]]);
});

test("damaged archives are refused", async () => {
  const refused = (archive) =>
    assert.rejects(unzip(archive), (error) => error.code === "bundle" && /zip file is damaged/.test(error.message));
  await refused(new Blob(["no archive"]));
  await refused(new Blob([]));
  // It unpacks to more than it says.
  await refused(deflated("a", "weights ".repeat(1000), 100));
  const whole = zip([["a", bytes("weights")]]);
  for (let at = 0; at < whole.length; at++) {
    const spoilt = whole.slice();
    spoilt[at] ^= 0xff;
    // What the bytes are, the manifest's hashes say.
    await unzip(new Blob([spoilt])).catch((error) => assert.equal(error.code, "bundle", `at ${at}: ${error.message}`));
    await unzip(new Blob([whole.slice(0, at)])).catch((error) => assert.equal(error.code, "bundle", `cut at ${at}`));
  }
});
