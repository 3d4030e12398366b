// Labelled files: telling them from others, and guessing which of their types are a head's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { takeLabelled } from "../../www/reports/judge/offer.js";
import { judge } from "../../www/reports/judge/run.js";
import { guess, meaningOf, shares, typesOf } from "../../www/reports/judge/types.js";
import { isLabelled, isLabelledJson, seemsLabelled } from "../../www/shared/labelled.js";

const file = (name, text = "") => new File([text], name);
const typed = (...types) => types.map((type, index) => ({ type, entities: 100 - index }));

test("types are matched by what their names mean", () => {
  const gmb = ["art", "eve", "geo", "gpe", "nat", "org", "per", "tim"];
  const map = guess(typed("PERSON", "LOC", "Organization", "MISC"), gmb);
  assert.deepEqual(Object.fromEntries(map), {
    "PERSON": "PERSON",
    "LOC": "LOC",
    "Organization": "Organization",
    "MISC": null,
    "art": null,
    "eve": null,
    "geo": "LOC",
    "gpe": "LOC",
    "nat": null,
    "org": "Organization",
    "per": "PERSON",
    "tim": null,
  });
  // Two that the file tells apart and the heads do not are one.
  const joined = guess(typed("GPE", "LOC"), ["LOC"]);
  assert.deepEqual(Object.fromEntries(joined), { "GPE": "LOC", "LOC": "LOC" });
  // Names that nobody knows are the same only where they are.
  assert.deepEqual(Object.fromEntries(guess(typed("SHIP", "toString"), ["SHIP", "__proto__"])), {
    "SHIP": "SHIP",
    "toString": null,
    ["__proto__"]: null,
  });
  assert.equal(meaningOf("B-person"), "per");
});

test("heads that find none of the types are known before they run", () => {
  const map = guess(typed("PER", "LOC"), ["per", "EMAIL"]);
  assert.equal(shares(map, ["PER", "LOC"], ["per", "EMAIL"]), true);
  assert.equal(shares(map, ["PER", "LOC"], ["EMAIL"]), false);
  assert.deepEqual(typesOf(["O", "B-per", "I-per", "B-x-y"]), ["per", "x-y"]);
});

test("labelled files are told from texts and reports", async () => {
  assert.ok(isLabelled("EU B-ORG\nsays O\n\nParis B-LOC\n"));
  assert.ok(!isLabelled("The EU says so.\nParis too.\nAnd London.\n"));
  assert.ok(isLabelledJson('{"text": "Paris", "label": [[0, 5, "LOC"]]}\n{"text": ""}'));
  assert.ok(isLabelledJson('[{"tokens": ["a"], "ner_tags": [0]}]'));
  assert.ok(!isLabelledJson('{"format": "nerite-report", "version": 2, "words": {}}'));
  assert.ok(!isLabelledJson('{"O": {"precision": 1}, "macro avg": {}, "accuracy": 1}'));
  assert.ok(!isLabelledJson('{"accuracy": 7}'));
  assert.ok(await seemsLabelled(new File([new Uint8Array([0x1f, 0x8b, 8])], "any")));
  assert.ok(!(await seemsLabelled(file("report.json", '{"format": "nerite-report"'))));
});

test("of what was dropped, labelled files are judged and others are not", async () => {
  const opened = [];
  const take = (...files) => takeLabelled(files, (own) => opened.push(own.map(({ name }) => name)));
  const names = (files) => files.map(({ name }) => name);
  const report = file("report.json", '{"format": "nerite-report"}');
  assert.deepEqual(names(await take(report, file("a.conll"))), ["report.json"]);
  assert.deepEqual(names(await take(file("a.txt"), file("a.ann"), file("b.ann"), report)), ["b.ann", "report.json"]);
  assert.deepEqual(opened, [["a.conll"], ["a.txt", "a.ann"]]);
});

/** A bundle whose heads are judged at once; `meanwhile` happens while they are. */
const bundle = (name, heads, meanwhile = () => {}) => {
  const recognizer = {
    name,
    async evaluate(_source, { heads, map, signal, onProgress }) {
      for (const done of [0, 1, 2]) onProgress({ stage: "judge", done, total: 2 });
      await meanwhile();
      signal.throwIfAborted();
      onProgress({ stage: "figures", done: 0, total: 1 });
      const reports = heads.map((head) => ({ head, json: JSON.stringify({ head, map }), fittedOn: null }));
      return { reports, words: [["Ada"]] };
    },
  };
  return heads.map((id) => ({ recognizer, head: { id, tags: ["O", "B-per"] } }));
};
const judged = (heads, { stop = new AbortController(), types = [{ type: "PER", entities: 1 }] } = {}) => {
  const steps = [];
  const read = { name: "own.conll", types };
  const outcome = judge(file("own.conll"), read, new Map([["per", "PER"]]), heads, stop.signal, (step) =>
    steps.push(step),
  );
  return outcome.then((own) => ({ ...own, steps, names: own.made.map(({ name }) => name) }));
};

test("heads are judged bundle by bundle, and how far that is is known at every step", async () => {
  const { names, made, failure, steps } = await judged([...bundle("one", ["a", "b"]), ...bundle("two", ["c"])]);
  assert.deepEqual(names, ["own.conll, one, a", "own.conll, one, b", "own.conll, two, c"]);
  assert.deepEqual(JSON.parse(made[0].json), { head: "a", map: { per: "PER" } });
  assert.equal(failure, null);
  const shares = steps.map(({ share }) => share);
  assert.deepEqual(shares, shares.toSorted());
  assert.ok(shares[0] === 0 && shares.at(-1) < 1);
  // Neither before anything is known nor when nothing is left.
  for (const { done, total, left } of steps) assert.equal(left !== null, done > 0 && done < total);
});

test("a file without types is judged without a map", async () => {
  const { made } = await judged(bundle("one", ["a"]), { types: [] });
  assert.deepEqual(JSON.parse(made[0].json), { head: "a" });
});

test("whatever ends the judging, the reports that were made are handed over", async () => {
  const first = bundle("one", ["a"]);
  const rest = bundle("three", ["d"], () => assert.fail("nothing comes after the end"));
  const stop = new AbortController();
  const cancelled = await judged([...first, ...bundle("two", ["c"], () => stop.abort()), ...rest], { stop });
  assert.deepEqual(cancelled.names, ["own.conll, one, a"]);
  assert.deepEqual([cancelled.failure.bundle, cancelled.failure.error.name], ["two", "AbortError"]);

  const crash = () => Promise.reject(new Error("the recognizer was freed"));
  const failed = await judged([...first, ...bundle("two", ["c"], crash), ...rest]);
  assert.deepEqual(failed.names, ["own.conll, one, a"]);
  assert.equal(failed.failure.error.message, "the recognizer was freed");

  const none = await judged(bundle("one", ["a"], crash));
  assert.deepEqual([none.names, none.failure.bundle], [[], "one"]);
});
