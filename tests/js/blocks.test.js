import assert from "node:assert/strict";
import { test } from "node:test";
import { cutBlocks, firstIndex, isRtl, mayBeHeaped, recut } from "../../www/demo/blocks.js";
import { editOf } from "../../www/demo/edit.js";

/** The blocks of a text, as the page has them. */
function blocksOf(text) {
  let start = 0;
  return cutBlocks(text, 0, text.length).map((end) => {
    const block = { start, text: text.slice(start, end) };
    start = end;
    return block;
  });
}

const TEXTS = {
  empty: "",
  "one line": "Ada met Babbage in London.",
  lines: "A line of words that says little.\n".repeat(300),
  "one long line": "Ada met Babbage in London. ".repeat(500),
  "no white space": "x".repeat(50_000),
  "pairs of surrogates": "\u{1f600}".repeat(20_000),
  heaps: `e${"\u0301".repeat(5000)} and ${"a\u0300".repeat(3000)}`,
};

for (const [name, text] of Object.entries(TEXTS)) {
  test(`blocks add up to the text, none is long, none cuts a character: ${name}`, () => {
    const blocks = blocksOf(text);
    assert.equal(blocks.map((block) => block.text).join(""), text);
    for (const block of blocks) {
      assert.ok(block.text.length > 0 && block.text.length <= 8001);
      assert.ok(!/^[\udc00-\udfff]/.test(block.text));
    }
  });
}

test("an edit leaves the blocks that it does not touch", () => {
  const text = TEXTS.lines;
  const blocks = blocksOf(text);
  const middle = Math.floor(text.length / 2);
  const edited = `${text.slice(0, middle)}new ${text.slice(middle)}`;
  const { front, back, ends, start } = recut(blocks, edited);
  assert.ok(front > 0 && back > 0 && front + back >= blocks.length - 4);
  assert.equal(
    start,
    blocks.slice(0, front).reduce((sum, block) => sum + block.text.length, 0),
  );
  const last = blocks.slice(blocks.length - back).reduce((sum, block) => sum + block.text.length, 0);
  assert.equal(ends.at(-1) ?? start, edited.length - last);
});

test("an edit of a long text is found where it is", () => {
  const text = TEXTS.lines.repeat(Math.ceil(20_000 / TEXTS.lines.length));
  for (const at of [0, 1, 4095, 4096, 4097, 9000, text.length - 4096, text.length - 1, text.length]) {
    for (const cut of [0, 1, 5000]) {
      const after = `${text.slice(0, at)}\u2603${text.slice(at + cut)}`;
      const { start, end, added } = editOf(text, after);
      assert.deepEqual([start, end, added], [at, Math.min(at + cut, text.length), 1]);
    }
  }
  assert.deepEqual(editOf(text, text), { start: text.length, end: text.length, added: 0 });
});

test("the same text keeps all blocks, another one none", () => {
  const blocks = blocksOf(TEXTS.lines);
  assert.deepEqual(recut(blocks, TEXTS.lines).ends, []);
  const other = recut(blocks, "something else");
  assert.deepEqual([other.front, other.back, other.ends], [0, 0, [14]]);
});

test("many marks over one letter are seen, some are not", () => {
  assert.ok(mayBeHeaped(`a${"\u0301".repeat(400)}`));
  assert.ok(!mayBeHeaped("plain ".repeat(1000)));
});

test("a line's first letter gives its direction", () => {
  assert.ok(isRtl("42 \u05e9\u05dc\u05d5\u05dd", 3));
  assert.ok(!isRtl("\u05e9\u05dc\u05d5\u05dd\nhello", 6));
  assert.ok(!isRtl("", 0));
});

test("the first index for which something holds", () => {
  const list = [1, 3, 3, 7];
  assert.equal(
    firstIndex(list.length, (at) => list[at] >= 3),
    1,
  );
  assert.equal(
    firstIndex(list.length, (at) => list[at] > 7),
    4,
  );
  assert.equal(
    firstIndex(0, () => true),
    0,
  );
});
