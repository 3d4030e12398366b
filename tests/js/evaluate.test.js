// What an object of types becomes, which is read as the text of `nerite evaluate --map`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutEngine } from "./without-engine.js";

const { evaluate, mapText } = await withoutEngine("evaluate.js");

test("types are handed on as pairs", () => {
  assert.equal(mapText(undefined), undefined);
  assert.equal(mapText({}), undefined);
  assert.equal(mapText("a=b=c"), "a=b=c");
  assert.equal(mapText({ geo: "LOC", art: null, PER: "PER" }), "geo=LOC,art=O,PER=PER");
  // Read up to the first equals sign.
  assert.equal(mapText({ geo: "a=b" }), "geo=a=b");
});

test("types that would be read as others are refused by name", () => {
  for (const map of [{ "a=b": "a=b" }, { "A,B": "A,B" }, { geo: "A,B" }, { " a": "LOC" }, { geo: "LOC " }]) {
    const name = Object.entries(map)[0].find((own) => /[,=\s]/.test(own));
    assert.throws(() => mapText(map), { code: "input", message: new RegExp(`options.map: found the type "${name}"`) });
  }
});

test("a dropped type of such a name need not be written, where nothing keeps it", () => {
  assert.equal(mapText({ "a=b": null, "A,B": "O", "geo": "LOC" }), "geo=LOC");
  assert.throws(() => mapText({ "a=b": null }), /"a=b"/);
  assert.throws(() => mapText({ "a=b": null, "geo": "a=b" }), /"a=b"/);
  assert.throws(() => mapText({ "a=b": null, "*": "*" }), /"a=b"/);
});

test("a file is not read if its types cannot be judged", async () => {
  const recognizer = { heads: [{ id: "best" }], pool: null };
  await assert.rejects(evaluate(recognizer, "a B-a=b\n", { map: { "a=b": "a=b" } }), /options.map: .*"a=b"/);
  await assert.rejects(evaluate(recognizer, "a B-A,B\n", { types: ["A,B"] }), /options.types: .*"A,B"/);
});
