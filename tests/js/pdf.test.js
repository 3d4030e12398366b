// The text of PDF files, of which a library hands out the pieces: tests/text_files.rs has the one that the page loads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ofPdf } from "../../www/demo/pdf.js";

/** A library with pages of such texts, which come in pieces. */
function library(pages) {
  const told = { read: 0, cancelled: 0, destroyed: 0 };
  const page = (items) => ({
    cleanup() {},
    streamTextContent: () =>
      new ReadableStream(
        {
          pull(controller) {
            const { done, value } = items.next();
            if (done) return controller.close();
            told.read += 1;
            controller.enqueue({ items: [value].flat() });
          },
          cancel() {
            told.cancelled += 1;
          },
        },
        { highWaterMark: 0 },
      ),
  });
  const promise = Promise.resolve({ numPages: pages.length, getPage: async (number) => page(pages[number - 1]()) });
  const destroy = async () => {
    told.destroyed += 1;
  };
  return { told, getDocument: () => ({ promise, destroy }) };
}
const item = (str) => ({ str, hasEOL: true, height: 10, transform: [1, 0, 0, 1, 0, 0] });
function* repeated(count, own) {
  for (let at = 0; at < count; at++) yield own;
}

test("lines are read as they are set, with a blank one where there is more room", async () => {
  const at = (y, str, own) => ({ ...item(str), transform: [1, 0, 0, 1, 0, y], ...own });
  const page = [
    at(700, "Ada", { hasEOL: false }),
    at(700, "", { height: 0 }),
    at(688, "London"),
    at(648, "Charles"),
    at(636, "", {}),
    at(600, "Mary"),
  ];
  const two = library([() => page.values(), () => repeated(1, item("Turin"))]);
  assert.deepEqual(await ofPdf(new Uint8Array(), two), {
    text: "Ada\nLondon\n\nCharles\n\nMary\n\nTurin",
    part: null,
  });
});

test("pages for which there is no room are said to be missing", async () => {
  const short = () => repeated(1, item("Ada"));
  const many = await ofPdf(new Uint8Array(), library(Array(5001).fill(short)));
  assert.deepEqual(many.part, { of: "pages", read: 5000, all: 5001 });
  assert.equal(many.text.length, 5000 * 5 - 2);
  const long = library([short, () => repeated(30, item("a".repeat(1_000_000))), short]);
  const { text, part } = await ofPdf(new Uint8Array(), long);
  assert.deepEqual(part, { of: "pages", read: 1, all: 3 });
  assert.equal(text, "Ada");
});

test("a page without end is not collected, nor is one that nobody waits for", async () => {
  const endless = library([() => repeated(Number.POSITIVE_INFINITY, item("a".repeat(100_000)))]);
  await assert.rejects(ofPdf(new Uint8Array(), endless), /larger than/);
  assert.deepEqual(endless.told, { read: 200, cancelled: 1, destroyed: 1 });
  const stop = new AbortController();
  const stopped = library([() => repeated(Number.POSITIVE_INFINITY, item("Ada"))]);
  setTimeout(() => stop.abort());
  const reading = ofPdf(new Uint8Array(), stopped, stop.signal);
  stop.abort();
  await assert.rejects(reading, { name: "AbortError" });
  assert.equal(stopped.told.destroyed, 1);
});

test("gaps between many lines cost no more than few", async () => {
  function* lines(count) {
    for (let at = 0; at < count; at++) yield { ...item("a line of a text"), transform: [1, 0, 0, 1, 0, -at * 40] };
  }
  const began = process.cpuUsage();
  const { text } = await ofPdf(new Uint8Array(), library([() => lines(60_000)]));
  assert.equal(text.length, 60_000 * 18 - 2);
  // What grows with the square of the text takes a minute.
  assert.ok(process.cpuUsage(began).user < 5e6);
});
