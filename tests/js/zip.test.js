// Bundles in zip files: what is packed is found again, and what is damaged is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { unzip } from "../../src/web/package/unzip.js";
import { zip } from "../../src/web/package/zip.js";
import { Archive } from "../../www/demo/unpacked.js";

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

test("what a document unpacks to is counted, whatever its directory says", async () => {
  const long = "paragraph ".repeat(100_000);
  for (const said of [long.length, 10]) {
    const archive = deflated("word/document.xml", long, said);
    const opened = async (most) => (await Archive.open(archive, most)).text("word/document.xml");
    assert.equal(await opened(long.length), long);
    await assert.rejects(opened(900_000), /larger than 0.90 MB/);
  }
  const whole = zip([["a", bytes("stored")]]);
  const archive = await Archive.open(new Blob([whole]), 10);
  assert.deepEqual(archive.names, ["a"]);
  assert.equal(await archive.text("b"), null);
  assert.equal(await archive.text("a"), "stored");
  // All that is asked for counts.
  await assert.rejects(archive.text("a"), /larger than/);
  await assert.rejects(Archive.open(new Blob(["other bytes", whole]), 1000), /damaged/);
  await assert.rejects(Archive.open(new Blob(["no archive"]), 1000), /damaged/);
  for (let at = 0; at < whole.length; at++) {
    const spoilt = whole.slice();
    spoilt[at] ^= 0xff;
    await Archive.open(new Blob([spoilt]), 1000)
      .then((archive) => Promise.all(archive.names.map((name) => archive.text(name))))
      .catch((error) => assert.match(error.message, /damaged/));
  }
});
