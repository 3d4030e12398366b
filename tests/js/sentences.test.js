import assert from "node:assert/strict";
import { test } from "node:test";
import { built, divided } from "../../src/web/package/results.js";
import { Kept, Outline, Repeats, runs } from "../../src/web/package/sentences.js";

/** The outline of sentences of words, with one space between words. */
function outlineOf(sentences) {
  const text = sentences.map((words) => words.join(" ")).join(" ");
  const words = [];
  let at = 0;
  for (const word of sentences.flat()) {
    words.push(at, at + word.length);
    at += word.length + 1;
  }
  return new Outline(text, {
    words: Uint32Array.from(words),
    sentences: Uint32Array.from(sentences, (own) => own.length),
  });
}

test("a task holds the text of its sentences, with offsets from their beginning", () => {
  const outline = outlineOf([
    ["Ada", "slept"],
    ["Bob", "ran", "home"],
    ["So", "what"],
  ]);
  const { text, words, sentences } = outline.input(1, 3);
  assert.equal(text, "Bob ran home So what");
  assert.deepEqual([...words], [0, 3, 4, 7, 8, 12, 13, 15, 16, 20]);
  assert.deepEqual([...sentences], [3, 2]);
});

test("what is sure and what is doubtful goes to its sentence, and has its place there", () => {
  const outline = outlineOf([["Ada", "slept"], ["Bob", "ran"], ["So"]]);
  const found = (first, last, score) => ({ words: [first, last], type: "PER", score });
  const answer = {
    tags: Uint32Array.of(1, 0, 0, 0, 0),
    probabilities: new Float32Array(10),
    entities: [found(0, 1, 0.9)],
    doubtful: [found(2, 4, 0.3), found(4, 5, 0.2)],
  };
  const results = divided(answer, outline, 0, 3, 2);
  assert.deepEqual(
    results.map(({ entities, doubtful }) => [entities, doubtful]),
    [
      [[found(0, 1, 0.9)], []],
      [[], [found(0, 2, 0.3)]],
      [[], [found(0, 1, 0.2)]],
    ],
  );
  const { entities, doubtful } = built(outline, 0, results, ["O", "B-PER"]);
  assert.deepEqual(
    [...entities, ...doubtful].map(({ start, end, text, words }) => [start, end, text, ...words]),
    [
      [0, 3, "Ada", 0, 1],
      [10, 17, "Bob ran", 2, 4],
      [18, 20, "So", 4, 5],
    ],
  );
});

test("sentences of the same words have the same key, wherever they are", () => {
  const outline = outlineOf([["Ada", "slept"], ["x"], ["Ada", "slept"], ["Ada slept"]]);
  assert.equal(outline.key(0), outline.key(2));
  assert.notEqual(outline.key(0), outline.key(3));
});

test("runs hold every sentence once, in order, and known ones apart", async () => {
  const outline = outlineOf(Array.from({ length: 500 }, (_, index) => Array(1 + (index % 7)).fill("word")));
  const isKnown = (sentence) => sentence % 11 < 3;
  const isRepeated = (sentence) => sentence % 11 === 5;
  const stateOf = (sentence) => (isKnown(sentence) ? "known" : isRepeated(sentence) ? "repeated" : "unknown");
  const { known, unknown, repeated, words } = await runs(outline, stateOf, 2, undefined);
  const all = [...known, ...unknown, ...repeated].sort(([a], [b]) => a - b);
  assert.equal(all[0][0], 0);
  assert.equal(all.at(-1)[1], 500);
  all.slice(1).forEach(([from], index) => {
    assert.equal(from, all[index][1]);
  });
  for (const [from, to] of known) for (let at = from; at < to; at++) assert.ok(isKnown(at));
  for (const [from, to] of repeated) for (let at = from; at < to; at++) assert.ok(isRepeated(at));
  const unknownWords = unknown.reduce((sum, [from, to]) => sum + outline.ends[to] - outline.ends[from], 0);
  assert.equal(words, unknownWords);
  for (const [from, to] of unknown) assert.ok(outline.ends[to] - outline.ends[from] <= 256);
});

test("cutting into runs can be stopped", async () => {
  const outline = outlineOf(Array.from({ length: 1000 }, () => ["word"]));
  await assert.rejects(
    runs(outline, () => "unknown", 1, AbortSignal.abort(new Error("enough"))),
    /enough/,
  );
});

test("the oldest results go when there is no room", () => {
  const kept = new Kept();
  const result = () => ({ tags: new Uint16Array(100_000) });
  for (const key of ["a", "b", "c"]) kept.set(key, result());
  assert.ok(kept.get("a"));
  kept.set("d", result());
  assert.equal(kept.get("b"), undefined);
  assert.ok(kept.get("a") && kept.get("c") && kept.get("d"));
});

test("a run that repeats sentences waits for all of them, and is given once", () => {
  const keys = ["a", "b", "c", "a", "b", "a", "c"];
  const runs = [
    [3, 5],
    [5, 6],
    [6, 7],
  ];
  const repeats = new Repeats(runs, keys);
  const given = () => {
    const found = [];
    for (let run = repeats.next(); run; run = repeats.next()) found.push(run);
    return found;
  };
  assert.deepEqual(given(), []);
  repeats.read(["a"]);
  assert.deepEqual(given(), [[5, 6]]);
  repeats.read(["b", "c"]);
  assert.deepEqual(given(), [
    [3, 5],
    [6, 7],
  ]);
  assert.deepEqual(given(), []);
});
