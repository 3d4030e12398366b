// Labelled files: telling them from others, and guessing which of their types are a head's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { takeLabelled } from "../../www/reports/judge/offer.js";
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
