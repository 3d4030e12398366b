// Small modules of the demo page: comparing, the filter, share links, the newest of several requests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../../www/demo/compare.js";
import { Filter } from "../../www/demo/filter.js";
import { Latest } from "../../www/demo/latest.js";
import { LONGEST_LINK, linkTo, textIn } from "../../www/demo/share-link.js";
import { strangeWords, withoutNames } from "../../www/demo/strange.js";

const entity = (start, end, type, score = 1) => ({ start, end, type, score });

/** What a head has found that knows these types. */
const found = (entities, ...types) => ({ tags: ["O", ...types.map((type) => `B-${type}`)], entities });

test("entities differ by boundaries or by type", async () => {
  const first = [entity(0, 3, "per"), entity(5, 9, "geo"), entity(20, 22, "org")];
  const second = [entity(0, 3, "per"), entity(5, 9, "org"), entity(10, 12, "org"), entity(20, 23, "org")];
  const types = ["per", "geo", "org"];
  const { onlyFirst, onlySecond, byPlace } = await differences(found(first, ...types), found(second, ...types));
  assert.deepEqual([...onlyFirst], [first[1], first[2]]);
  assert.deepEqual([...onlySecond], [second[1], second[2], second[3]]);
  assert.equal(byPlace, false);
});

test("types that only one model knows are compared by their place", async () => {
  const first = [entity(0, 3, "per"), entity(5, 9, "geo"), entity(20, 22, "org"), entity(30, 33, "per")];
  const second = [entity(0, 3, "SURNAME"), entity(5, 9, "org"), entity(20, 22, "CITY"), entity(30, 34, "SURNAME")];
  const { onlyFirst, onlySecond, byPlace } = await differences(
    found(first, "per", "geo", "org"),
    found(second, "SURNAME", "org", "CITY"),
  );
  // Both know organizations, so one that only one of them finds is a difference.
  assert.deepEqual([...onlyFirst], [first[1], first[2], first[3]]);
  assert.deepEqual([...onlySecond], [second[1], second[2], second[3]]);
  assert.ok(byPlace);
});

test("words that a vocabulary does not know are told from names and from few words", () => {
  const of = (words, subwords, unknown = 0) => ({ words, subwords, unknown });
  assert.ok(strangeWords(of(40, 80), ["en"]));
  assert.ok(!strangeWords(of(40, 60), ["en"]));
  assert.ok(!strangeWords(of(40, 100), ["en", "de"]));
  assert.ok(strangeWords(of(40, 150), undefined));
  assert.ok(strangeWords(of(40, 40, 20), ["en"]));
  assert.ok(!strangeWords(of(5, 40), ["en"]));
  assert.equal(
    withoutNames("write to ada@example.org, or see https://example.org/x?y").replace(/ +/g, " "),
    "write to or see ",
  );
  assert.equal(withoutNames("Ann O\u2019Neill met \u00c9mile\u2019s cat").replace(/ +/g, " "), " met cat");
});

test("nothing differs from itself, all from nothing", async () => {
  const list = [entity(0, 3, "per")];
  assert.equal((await differences(found(list, "per"), found([...list], "per"))).onlyFirst.size, 0);
  assert.equal((await differences(found(list, "per"), found([], "per"))).onlyFirst.size, 1);
});

test("the filter keeps what is sure enough and switched on", () => {
  const filter = new Filter();
  const weak = entity(0, 1, "per", 0.4);
  assert.ok(filter.keeps(weak));
  filter.threshold = 0.5;
  assert.equal(filter.state(weak), "weak");
  filter.toggle("per");
  assert.equal(filter.state(weak), "off");
  assert.ok(!filter.isOn("per"));
  filter.toggle("per");
  assert.ok(filter.keeps(entity(0, 1, "per", 0.5)));
});

for (const text of ["Ada", "Ada & Bob = #1?", "\ud55c\uae00 \u{1f600}\n", "x".repeat(200_000), ""]) {
  test(`a link gives its text back: ${JSON.stringify(text.slice(0, 20))}`, async () => {
    globalThis.location = { href: "https://example.org/demo/?start&bundle=mine" };
    const link = new URL(await linkTo(text));
    assert.equal(await textIn(link.hash), text);
    assert.equal(link.search, "?bundle=mine");
    assert.ok(link.href.length < LONGEST_LINK);
  });
}

test("a damaged link is refused, another fragment is none", async () => {
  assert.equal(await textIn("#result"), null);
  await assert.rejects(textIn("#packed=AAAA"));
  await assert.rejects(textIn("#text=%E0%A4%A"));
});

test("a link that unpacks to too much is refused", async () => {
  const stream = new Blob([new Uint8Array(6_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = Buffer.from(await new Response(stream).arrayBuffer()).toString("base64url");
  await assert.rejects(textIn(`#packed=${packed}`), RangeError);
});

test("only the newest of several requests runs, one at a time", async () => {
  let running = 0;
  let runs = 0;
  let release = () => {};
  const latest = new Latest(async () => {
    assert.equal(++running, 1);
    runs += 1;
    await new Promise((resolve) => {
      release = resolve;
    });
    running -= 1;
  });
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
  for (let i = 0; i < 3; i++) latest.request(0);
  await soon();
  assert.equal(runs, 1);
  for (let i = 0; i < 3; i++) {
    latest.request(0);
    await soon();
  }
  release();
  await soon();
  assert.equal(runs, 2);
  release();
  await soon();
  assert.equal(runs, 2);
  assert.equal(running, 0);
});
