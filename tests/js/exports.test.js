import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, formatNames, write } from "../../www/demo/exports.js";
import { NAMES } from "../../www/strings/names.js";

const text = "Ada met =Bob in New York.";
const tags = ["O", "B-per", "B-geo", "I-geo"];
const word = (start, end, tag, sentence = 0) => ({
  start,
  end,
  tag,
  score: 0.9,
  sentence,
  probabilities: Float32Array.of(0.1, 0.9, 0, 0),
});
const words = [
  word(0, 3, "B-per"),
  word(4, 7, "O"),
  word(8, 12, "B-per"),
  word(13, 15, "O"),
  word(16, 19, "B-geo"),
  word(20, 24, "I-geo"),
  word(24, 25, "O"),
];
const entities = [
  { text: "Ada", type: "per", start: 0, end: 3, score: 0.9, words: [0, 1] },
  { text: "=Bob", type: "per", start: 8, end: 12, score: 0.8, words: [2, 3] },
  { text: "New York", type: "geo", start: 16, end: 24, score: 0.7, words: [4, 6] },
];
const result = {
  text,
  bundle: "b",
  prediction: { head: "h", decoder: "rules", tags, words },
  entities,
  threshold: 0.5,
};
const written = async (format) => (await write(format, result)).text();

test("JSON is JSON, with offsets into its text", async () => {
  const json = JSON.parse(await written("json"));
  assert.equal(json.text, text);
  for (const { text: name, start, end } of json.entities) assert.equal(json.text.slice(start, end), name);
  assert.equal(json.words.length, words.length);
  assert.equal(json.words[0].probabilities[1], 0.9);
});

test("CSV has a line for each entity, and no formula", async () => {
  const lines = (await written("csv"))
    .replace(/^\ufeff/, "")
    .trim()
    .split("\r\n");
  assert.equal(lines.length, 4);
  assert.equal(lines[2], '"' + `'=Bob` + '","per","8","12","0.8000"');
});

test("CoNLL has a line for each word, in IOB2", async () => {
  const lines = (await written("conll")).trim().split("\n");
  assert.deepEqual(lines.slice(-3), ["New\tB-geo", "York\tI-geo", ".\tO"]);
});

test("files are named by their format", () => assert.equal(fileName("conll"), "entities.conll"));

test("every format has a name, an extension, and can be written", async () => {
  const ofPage = formatNames.filter((name) => name !== "html");
  assert.ok(ofPage.length > 0 && ofPage.length < formatNames.length);
  for (const name of formatNames) {
    assert.ok(NAMES[`format-${name}`], name);
    assert.match(fileName(name), /^entities\.[a-z]+$/);
  }
  // A page is built of a browser's nodes.
  for (const name of ofPage) assert.ok((await written(name)).includes("York"), name);
});
