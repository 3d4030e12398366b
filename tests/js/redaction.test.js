import assert from "node:assert/strict";
import { test } from "node:test";
import { redact } from "../../src/web/package/redaction.js";
import { Decisions } from "../../www/demo/redaction/decisions.js";
import { byType, pieces } from "../../www/demo/redaction/pieces.js";

const place = (start, end, type = "PERSON") => ({ start, end, type });
const atOnce = async () => {};

test("a place is kept or taken out, never both", () => {
  const decisions = new Decisions();
  decisions.keepHere(place(3, 8));
  assert.deepEqual(decisions.wishes.keepAt, [[3, 8]]);
  decisions.redactHere(place(5, 12));
  assert.deepEqual(decisions.wishes, { keepAt: [], marks: [place(5, 12)], keep: [], always: [] });
  decisions.keepHere(place(5, 12));
  assert.deepEqual(decisions.wishes.marks, []);
});

test("a value is kept or taken out everywhere, in whatever case", () => {
  const decisions = new Decisions();
  const text = "Ann and ANN";
  decisions.redactHere(place(0, 3));
  decisions.keepAll(" Ann ", text);
  assert.deepEqual(decisions.wishes, { keepAt: [], marks: [], keep: ["Ann"], always: [] });
  assert.ok(decisions.isKept("ann"));
  decisions.keepHere(place(8, 11));
  decisions.redactAll("ann", text);
  assert.deepEqual(decisions.wishes, { keepAt: [], marks: [], keep: [], always: ["ann"] });
});

test("places follow the text that is edited", () => {
  const decisions = new Decisions();
  decisions.keepHere(place(0, 3));
  decisions.redactHere(place(8, 11));
  decisions.redactHere(place(20, 23));
  decisions.follow("Ann met Bob often, in Rome", "Ann met Bob rarely, in Rome");
  assert.deepEqual(decisions.wishes.keepAt, [[0, 3]]);
  assert.deepEqual(decisions.wishes.marks, [place(8, 11), place(21, 24)]);
  // What was changed itself is forgotten.
  decisions.follow("Ann met Bob rarely, in Rome", "Ann met Rob rarely, in Rome");
  assert.deepEqual(decisions.wishes.marks, [place(21, 24)]);
});

test("a redacted text is words and marks", async () => {
  const text = "[PERSON_1] met Bob, don't ask [EMAIL_1]!";
  const redaction = {
    text,
    hidden: [
      { start: 0, end: 3, type: "PERSON", score: 0.9, origin: "head", redacted: [0, 10] },
      { start: 23, end: 28, type: "EMAIL", score: 1, origin: "pattern", redacted: [30, 39] },
    ],
    left: [],
    toRedacted: (at) => at + 7,
  };
  const { words, entities } = await pieces(redaction, [place(8, 11)], atOnce);
  const shown = words.map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(shown, ["[PERSON_1]", "met", "Bob", "don't", "ask", "[EMAIL_1]"]);
  const marks = entities.map(({ state, words: [from, to], original }) => [state, from, to, ...original]);
  assert.deepEqual(marks, [
    ["hidden", 0, 1, 0, 3],
    ["kept", 2, 3, 8, 11],
    ["hidden", 5, 6, 23, 28],
  ]);
});

test("what was removed leaves no mark, and what overlaps is drawn once", async () => {
  const redaction = {
    text: " met Bob",
    hidden: [{ start: 0, end: 3, type: "PERSON", score: 1, origin: "head", redacted: [0, 0] }],
    left: [place(8, 11)],
    toRedacted: (at) => at - 3,
  };
  const { words, entities } = await pieces(redaction, [place(8, 11)], atOnce);
  assert.deepEqual([words.length, entities.length], [2, 1]);
});

test("types are counted, the most frequent first", () => {
  assert.deepEqual(byType([{ type: "A" }, { type: "B" }, { type: "B" }]), [
    ["B", 2],
    ["A", 1],
  ]);
});

test("where one model fails, the others are told to stop", async () => {
  const head = { id: "own", tags: ["O", "B-PER"], scheme: "iob2" };
  const told = [];
  const reader = (read) => ({
    heads: [head],
    defaultHead: "own",
    predictAll: (_text, _heads, { signal }) => read(signal),
  });
  const slow = reader(
    (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          told.push(signal.reason);
          reject(signal.reason);
        });
      }),
  );
  const failure = new Error("no memory");
  const failing = reader(async () => {
    throw failure;
  });
  const also = [{ recognizer: failing }];
  const own = (/** @type {object} */ options) => redact(async () => assert.fail(), slow, "Ann", options);
  await assert.rejects(own({ also }), /no memory/);
  assert.deepEqual(told, [failure]);
  // And all of them where the reader stops it.
  const stop = new AbortController();
  const stopped = own({ signal: stop.signal });
  setTimeout(() => stop.abort("enough"));
  await assert.rejects(stopped, (error) => error === "enough");
  assert.deepEqual(told, [failure, "enough"]);
  await assert.rejects(own({ signal: stop.signal }), (error) => error === "enough");
});
