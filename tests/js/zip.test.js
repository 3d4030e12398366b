// Bundles in zip files: what is packed is found again, and what is damaged is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { unzip } from "../../src/web/package/unzip.js";
import { zip } from "../../src/web/package/zip.js";
import { growsAtMost } from "../../www/demo/unpacked.js";

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

test("a bundle's files share no bytes, and have no more than a bundle has", async () => {
  const refused = (archive) =>
    assert.rejects(unzip(archive), (error) => error.code === "bundle" && /more than a bundle has/.test(error.message));
  const weights = bytes("weights ".repeat(1000));
  const whole = Buffer.from(
    zip([
      ["a", weights],
      ["b", weights],
    ]),
  );
  // Both entries of the directory lead to a piece that is the whole archive.
  const directory = whole.readUInt32LE(whole.length - 6);
  for (const at of [directory, directory + 47]) {
    for (const field of [20, 24]) whole.writeUInt32LE(9000, at + field);
  }
  await refused(new Blob([whole]));
  const large = Buffer.from(zip([["a", weights]]));
  large.writeUInt32LE(0xfffffff0, large.readUInt32LE(large.length - 6) + 24);
  await refused(new Blob([large]));
});

test("what a Word file unpacks to is counted, whatever its directory says", async () => {
  const long = "paragraph ".repeat(100_000);
  for (const said of [long.length, 10]) {
    const archive = deflated("word/document.xml", long, said);
    assert.equal(await growsAtMost(archive, long.length), true);
    assert.equal(await growsAtMost(archive, 900_000), false);
  }
  assert.equal(await growsAtMost(new Blob([zip([["a", bytes("stored".repeat(1000))]])]), 0), true);
  const whole = zip([["a", bytes("stored")]]);
  const before = new Blob(["other bytes", whole]);
  await assert.rejects(growsAtMost(before, 1000), RangeError);
  await assert.rejects(growsAtMost(new Blob(["no archive"]), 1000), RangeError);
  for (let at = 0; at < whole.length; at++) {
    const spoilt = whole.slice();
    spoilt[at] ^= 0xff;
    await growsAtMost(new Blob([spoilt]), 1000).catch((error) => assert.ok(error instanceof RangeError));
  }
});
