// HTML without styles: what they hold is no tag of the page's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutStyles } from "../../www/demo/html-tags.js";

const of = (html) => [...withoutStyles(html)].join("").replaceAll("<!---->", "_");

test("what a style holds swallows nothing behind it", () => {
  for (const style of ["/* <!-- */", 'p{content:"<textarea>"}', "<title>", "<svg>", "</p></stylex>", ""])
    assert.equal(of(`<p>a</p><STYLE type="x>">${style}</style ><p>Ada King`), "<p>a</p>_<p>Ada King");
  assert.equal(of("a<style>b"), "a_");
  // Two halves do not become a tag.
  assert.equal(of("<<style></style>style>a"), "<_style>a");
  assert.equal(of("<style/>a"), "_a");
});

test("neither do elements without tags, comments and values", () => {
  for (const name of ["noscript", "iframe", "noembed", "noframes", "script"])
    assert.equal(of(`<${name}><!-- <style> </${name}>Ada`), "_Ada");
  assert.equal(of("<script><!-- <script><style></script> --></script>Ada"), "_Ada");
  assert.equal(of("<script><!--></script>Ada"), "_Ada");
  for (const whole of [
    "<title><style></title>a",
    "<textarea><!--</textarea>a",
    "<xmp><style>a</style></xmp>",
    "<plaintext><style>a</style>",
    "<!-- <style> -->a",
    "<!--><p>a",
    "<!---><p>a",
    "<!-- a --!><p>a",
    "<p title='<style>'>a",
    "<p title=a>b",
    "1 < 2 <3 </ a>b",
  ])
    assert.equal(of(whole), whole);
  assert.equal(of("<!--><style></style>a"), "<!-->_a");
});

test("drawings and chapters of books close elements at once", () => {
  assert.equal(of("<svg><style/><title/></svg>Ada<style></style>"), "<svg>_<title/></svg>Ada_");
  assert.equal(of("<svg><style><a></svg>Ada"), "<svg>_</svg>Ada");
  assert.equal(of("<svg><style><![CDATA[</p>]]></style></svg>a"), "<svg>_</svg>a");
  assert.equal(of("<svg><p><title><b></title>"), "<svg><p><title><b></title>");
  const book = '<html xmlns="http://www.w3.org/1999/xhtml">';
  assert.equal(
    of(`${book}<title/><script src="a"/><br/>Ada`),
    `${book}<title/></title><script src="a"/></script><br/>Ada`,
  );
  assert.equal(of("<?xml version='1.0'?><p><![CDATA[a < b > c]]></p>"), "<?xml version='1.0'?><p>a &lt; b > c</p>");
});

test("attributes that the policy forbids have other names", () => {
  assert.equal(
    of(`<p title='a > b' STYLE="a" class=style onClick = 'x' styles=b>`),
    `<p title='a > b' data-STYLE="a" class=style data-onClick = 'x' styles=b>`,
  );
});

test("whatever comes, time is bounded", () => {
  const began = process.cpuUsage();
  for (const part of [
    "<style/>",
    "<title/>",
    "<!--",
    "<a",
    "<a b='",
    "<",
    "</",
    "<script/>",
    "<script><!--",
    "<![CDATA[",
  ])
    for (const start of ["", "<svg>", "<?xml version='1.0'?>"]) of(start + part.repeat(1e5));
  of(`<svg>${"<style>".repeat(1e5)}`);
  // What grows with the square of the text takes minutes.
  assert.ok(process.cpuUsage(began).user < 20e6);
});
