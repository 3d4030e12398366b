// The report page's logic: test sets, who is ranked with whom, heads against test sets, leaks by origin.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { arrange, sortRows } from "../../www/reports/arrange.js";
import { mapper } from "../../www/reports/mapping.js";
import { hush, say, sayAgain } from "../../www/reports/say.js";
import { foreignTypes, STUDY, setOf, UNKNOWN, unranked } from "../../www/reports/sets.js";

const stored = (path) => JSON.parse(readFileSync(`www/bundles/${path}`, "utf8"));

test("a test set is its sentences and its gold types", () => {
  const best = stored("all-MiniLM-L6-v2/reports/best.json");
  assert.equal(setOf(best).key, STUDY);
  const mapped = setOf(stored("all-MiniLM-L6-v2/reports/best-gmb.json"));
  assert.equal(mapped.part, setOf(best).part);
  assert.notEqual(mapped.key, STUDY);
  assert.deepEqual(mapped.types, ["LOC", "ORG", "PER"]);
  const emerging = setOf(stored("distilbert-cased-edit/reports/general-emerging.json"));
  assert.deepEqual([emerging.file, emerging.files, emerging.sentences], ["emerging", 1, 1287]);
  assert.equal(emerging.key, setOf(stored("all-MiniLM-L6-v2/reports/best-emerging.json")).key);
  const all = setOf(stored("all-MiniLM-L6-v2/reports/general.json"));
  assert.deepEqual([all.file, all.files], ["", 7]);
});

test("types of other programs' files are those of entities, or those behind tags' marks", () => {
  assert.deepEqual(foreignTypes({ entities: { by_type: { PER: {}, "MY MIX": {} } } }), ["PER", "MY MIX"]);
  const words = { "B-per": {}, "I-per": {}, O: {}, "I-org": {}, accuracy: 1, "macro avg": {}, "weighted avg": {} };
  assert.deepEqual(foreignTypes({ words, entities: null }), ["org", "per"]);
  assert.deepEqual(foreignTypes({ words: null, entities: null }), []);
});

test("what has no type in common, or is of another or an unknown test set, is not ranked", () => {
  const entry = (set, types, source = "own") => ({ set, types, source });
  const others = ["PER", "LOC"];
  for (const [own, set, expected] of [
    [entry("x", ["per"]), "x", null],
    [entry("x", ["Disease"]), "x", "noTypes"],
    [entry(UNKNOWN, ["Disease"]), "x", "noTypes"],
    [entry(UNKNOWN, ["PER"]), "x", "unknownSet"],
    [entry(UNKNOWN, []), "", "unknownSet"],
    [entry("y", ["PER"]), "x", "otherSet"],
    [entry("y", ["PER"]), "", null],
    [entry("x", []), "x", null],
    [entry("x", ["art"], "stored"), "x", null],
    [{ ...entry("x", ["PER"]), leavesOut: true }, "x", "leavesOut"],
  ]) {
    assert.equal(unranked(own, set, others), expected, JSON.stringify(own));
  }
});

test("tags are mapped as the trainer maps them", () => {
  const mapped = mapper("geo=LOC,gpe=LOC,per=PER", ["LOC"]);
  assert.deepEqual(["B-geo", "I-gpe", "B-per", "B-LOC", "I-art", "O"].map(mapped), [
    "B-LOC",
    "I-LOC",
    "O",
    "B-LOC",
    "O",
    "O",
  ]);
  assert.deepEqual(["B-x", "O"].map(mapper("", [])), ["B-x", "O"]);
  assert.deepEqual(["B-geo", "B-x"].map(mapper("geo=LOC,*=*", [])), ["B-LOC", "B-x"]);
});

const set = (key, corpus) => [
  key,
  { key, part: key, corpus, types: ["LOC", "PER"], sentences: 1, file: key, files: 1 },
];
const judged = (id, head, where, value) => ({
  id,
  name: id,
  set: where,
  source: "stored",
  figures: { entity_f1: value },
  intervals: { entity_f1: { low: value - 0.1, high: value + 0.1 } },
  report: { provenance: { head: { sha256: head } } },
});
const PEERS = {
  date: "2026-01-01",
  how: "by hand",
  types: ["PER", "LOC"],
  sets: { "a.conll": { sha256: "aa" }, "c.conll": { sha256: "cc" } },
  rows: [
    {
      name: "peer",
      version: "peer 1",
      types: ["x"],
      map: { x: "PER" },
      sets: { "a.conll": { f1: 0.7, interval: { low: 0.6, high: 0.8 } }, "c.conll": { f1: 1, interval: {} } },
    },
    { name: "other", version: "other 2", types: ["DATE"], map: {}, sets: {} },
  ],
};

test("heads are rows, sets are columns, the best of a column is marked, peers are by the file's contents", () => {
  const sets = new Map([set("a", "aa"), set("b", "bb")]);
  const entries = [judged("1", "h", "a", 0.6), judged("2", "h", "b", 0.5), judged("3", "k", "a", 0.65)];
  const { rows, columns } = arrange(entries, sets, PEERS, ({ name }) => name);
  assert.deepEqual(
    columns.map(({ key }) => key),
    ["a", "b"],
  );
  assert.deepEqual(
    rows.map(({ name, published, cells }) => [name, published, [...cells.keys()]]),
    [
      ["1", false, ["a", "b"]],
      ["3", false, ["a"]],
      ["other", true, []],
      ["peer", true, ["a"]],
    ],
  );
  const best = rows.flatMap(({ name, cells }) =>
    [...cells].filter(([, cell]) => cell.best).map(([key]) => [name, key]),
  );
  assert.deepEqual(best, [["peer", "a"]], "a column of one has no best");
  assert.equal(rows[0].cells.get("b").entry, "2");
  assert.deepEqual([rows[2].note, rows[3].note], ["other 2: DATE", "peer 1: x \u2192 PER"]);
});

test("rows are sorted by any column, those without a figure last", () => {
  const sets = new Map([set("a", "aa"), set("b", "bb")]);
  const entries = [judged("1", "h", "a", 0.6), judged("2", "k", "b", 0.5), judged("3", "l", "a", 0.65)];
  const { rows } = arrange(entries, sets, null, ({ name }) => name);
  const names = (column, down) => sortRows(rows, column, down).map(({ name }) => name);
  assert.deepEqual(names("a", true), ["3", "1", "2"]);
  assert.deepEqual(names("a", false), ["1", "3", "2"]);
  assert.deepEqual(names("b", false)[0], "2");
  assert.deepEqual(names("name", true), ["3", "2", "1"]);
});

test("the stored peers and redactions are those that the page asks for, and hold figures only", () => {
  const store = readFileSync("www/reports/store.js", "utf8");
  const [, names] = /LEAK_NAMES = \[([^\]]*)\]/.exec(store);
  const files = readdirSync("www/reports/redaction").map((file) => file.replace(".json", ""));
  assert.deepEqual(JSON.parse(`[${names}]`), files.sort());
  const peers = JSON.parse(readFileSync("www/reports/published/peers.json", "utf8"));
  assert.equal(peers.rows.length, 3);
  for (const { name, map, sets } of peers.rows) {
    const judgedSets = Object.keys(map).length > 0 ? Object.keys(peers.sets) : [];
    assert.deepEqual(Object.keys(sets), judgedSets, name);
    for (const { f1, interval, precision, recall } of Object.values(sets)) {
      const expected = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      assert.ok(Math.abs(f1 - expected) < 1e-9 && interval.low <= f1 && f1 <= interval.high, name);
    }
  }
});

test("what is said is set once, and said again in another language while its place is there", () => {
  const place = () => {
    let text = "";
    return {
      isConnected: true,
      sets: 0,
      get textContent() {
        return text;
      },
      set textContent(own) {
        text = own;
        this.sets += 1;
      },
    };
  };
  const [one, other, gone] = [place(), place(), place()];
  let language = "en";
  const stopped = () => ({ en: "Stopped.", ko: "멈췄습니다." })[language];
  for (const own of [one, one, other, gone]) say(own, stopped);
  assert.deepEqual([one.textContent, one.sets], ["Stopped.", 1]);
  hush(other);
  gone.isConnected = false;
  language = "ko";
  sayAgain();
  assert.deepEqual(
    [one, other, gone].map(({ textContent }) => textContent),
    ["멈췄습니다.", "", "Stopped."],
  );
});
