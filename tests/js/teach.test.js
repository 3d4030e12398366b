// Projects in files of other programs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeWords } from "../../www/teach/marking.js";
import {
  fromJsonLines,
  fromLabelled,
  isJsonLines,
  newDocument,
  toConll,
  toJsonLines,
  withDocuments,
  withTypes,
} from "../../www/teach/project.js";

const documents = [
  {
    text: "The Sea Otter \u{1f6a2} came. Tea?",
    marks: [
      { start: 4, end: 13, type: "SHIP" },
      { start: 23, end: 26, type: "GOODS" },
    ],
  },
  { text: "", marks: [] },
];

test("words carry the tags of marks, begun anew by another mark and another sentence", () => {
  const cut = (text) =>
    Array.from(text.matchAll(/[^\s.?]+|[.?]/g), ({ 0: word, index }) => [index, index + word.length]);
  const words = documents.map(({ text }) =>
    cut(text).map(([start, end]) => ({ start, end, sentence: start < 22 ? 0 : 1 })),
  );
  assert.equal(
    toConll({ documents }, words),
    "-DOCSTART-\tO\n\nThe\tO\nSea\tB-SHIP\nOtter\tI-SHIP\n\u{1f6a2}\tO\ncame\tO\n.\tO\n\nTea\tB-GOODS\n?\tO\n\n-DOCSTART-\tO\n\n",
  );
});

test("own lines come back as they were; what others wrote is told from them", () => {
  const json = toJsonLines({ documents });
  assert.ok(isJsonLines(json));
  assert.ok(!isJsonLines('{"text": "Paris", "label": [[0, 5, "LOC"]]}\n{"text": "", "entities": []}'));
  const { types, documents: found } = fromJsonLines(json);
  assert.deepEqual(types, ["SHIP", "GOODS"]);
  assert.deepEqual(
    found.map(({ text, marks }) => ({ text, marks })),
    documents,
  );
  const other = fromLabelled({ documents: [{ text: "Sea Otter", marks: [{ start: 0, end: 9, type: "a ship" }] }] });
  assert.deepEqual(other.types, ["a_ship"]);
  assert.deepEqual(other.documents[0].marks, [{ start: 0, end: 9, type: "a_ship" }]);
});

test("line ends are those of a text box, and marks stay on their words", () => {
  const text = "Ada\r\nKing\rLee\r\n\r\nMax";
  const marks = ["Ada", "King", "Lee", "Max"].map((name) => ({
    start: text.indexOf(name),
    end: text.indexOf(name) + name.length,
    type: "PER",
  }));
  const own = newDocument(text, marks);
  assert.equal(own.text, "Ada\nKing\nLee\n\nMax");
  assert.deepEqual(
    own.marks.map(({ start, end }) => own.text.slice(start, end)),
    ["Ada", "King", "Lee", "Max"],
  );
});

test("a text that is there already is not there twice", () => {
  const mark = (start, end) => ({ start, end, type: "SHIP" });
  const here = [newDocument("Sea Otter and Argo", [mark(0, 9)]), newDocument("Tea", [])];
  const { documents, known } = withDocuments(here, [
    newDocument("Sea Otter and Argo", [mark(4, 9), mark(14, 18)]),
    newDocument("Coffee", []),
    newDocument("Coffee", [mark(0, 6)]),
  ]);
  assert.equal(known, 2);
  assert.deepEqual(
    documents.map(({ text, marks }) => [text, marks.map(({ start }) => start)]),
    [
      ["Sea Otter and Argo", [0, 14]],
      ["Tea", []],
      ["Coffee", [0]],
    ],
  );
  assert.equal(documents[0].id, here[0].id);
  assert.deepEqual(here[0].marks, [mark(0, 9)]);
});

test("types have the colours that are used least", () => {
  const types = withTypes([{ name: "A", colour: 1 }], ["B", "A", "", "C"]);
  assert.deepEqual(types, [
    { name: "A", colour: 1 },
    { name: "B", colour: 0 },
    { name: "C", colour: 2 },
  ]);
});

test("a long line with many marks and types takes a moment", () => {
  const entities = Array.from({ length: 100_000 }, (_, at) => ({
    start: 2 * at,
    end: 2 * at + 1,
    type: `T${at % 20_000}`,
  }));
  const begun = performance.now();
  const { types, documents: found } = fromJsonLines(JSON.stringify({ text: "a ".repeat(100_000), entities }));
  assert.equal(withTypes([], types).length, 20_000);
  assert.equal(toJsonLines({ documents: found }).length > 1e6, true);
  assert.ok(performance.now() - begun < 5000);
});

test("of marks that touch, the first and longest is taken", () => {
  const entities = [
    { start: 4, end: 9, type: "B" },
    { start: 0, end: 9, type: "A" },
    { start: 0, end: 3, type: "C" },
  ];
  const [{ marks }] = fromJsonLines(JSON.stringify({ text: "Sea Otter", entities })).documents;
  assert.deepEqual(marks, [{ start: 0, end: 9, type: "A" }]);
});

test("a mark takes whole words, up to where the script changes", () => {
  for (const [text, from, to, expected] of [
    ["the Sea Otter came", 5, 11, "Sea Otter"],
    ["the Sea Otter came", 5, 5, "Sea"],
    ["Obama는 갔다", 2, 2, "Obama"],
    ["Obama는 갔다", 0, 5, "Obama"],
    ["Obama는 갔다", 5, 5, "Obama"],
    ["Obama는 갔다", 5, 6, "는"],
    ["Obama는 갔다", 0, 6, "Obama는"],
    ["B2는 서울", 0, 1, "B2는"],
    ["\u{20bb7}野屋 said", 0, 1, "\u{20bb7}野屋"],
    ["a, b", 1, 1, "a"],
    ["a , b", 2, 3, ","],
    [" ", 0, 1, ""],
    ["", 0, 0, ""],
  ]) {
    const [start, end] = wholeWords(text, from, to);
    assert.equal(text.slice(start, end), expected, `${text} ${from} ${to}`);
  }
});
