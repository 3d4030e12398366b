// Projects in files of other programs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromJsonLines, fromLabelled, isJsonLines, toConll, toJsonLines } from "../../www/teach/project.js";

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
