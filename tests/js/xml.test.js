// The text of documents' XML.

import assert from "node:assert/strict";
import { test } from "node:test";
import { textsOf } from "../../www/demo/xml.js";

const RULES = {
  held: ["t"],
  skipped: ["del", "note"],
  begin: { tab: "\t", by: (attribute) => `${attribute("author")}: ` },
  end: { p: "\n\n" },
};
const textOf = async (xml, rules = RULES) => (await textsOf(xml, rules))[0].text;

test("what is held is text, what is skipped is not, and what is written otherwise is read as it was meant", async () => {
  const xml = `<?xml version="1.0"?>\r\n<!-- <t>no</t> --><w:d xmlns:w="x>y"><w:p a='>'>no<w:t>Ada &amp; &#xe9;&#8364;</w:t><tab/><t>a<![CDATA[<b>&amp;]]></t></w:p>
    <p><del><t>gone</t><p/></del><by w:author="Mary &quot;S&quot;"/><t>x\r\ny</t></p><p/><p/><p/><t>end</t></w:d>\n`;
  assert.equal(await textOf(xml), 'Ada & é€\ta<b>&amp;\n\nMary "S": x\ny\n\nend');
  assert.equal(await textOf("<t> a\n  b </t>", { ...RULES, folded: true }), "a b");
});

test("some elements are read by themselves, whatever they are in", async () => {
  const xml = "<d><t>a</t><note><body><t>b</t><note><body><t>c</t></body></note></body></note><t>d</t></d>";
  assert.deepEqual(await textsOf(xml, RULES, ["body"]), [
    { name: "", text: "ad" },
    { name: "body", text: "b" },
    { name: "body", text: "c" },
  ]);
});

test("what is no XML is refused, as are declarations", async () => {
  for (const xml of [
    "",
    "a",
    "<a>",
    "<a></b>",
    "</a>",
    "<a/><b/>",
    "<a/>b",
    "<a b=c/>",
    "<a>&b;</a>",
    "<a>&</a>",
    "<a><!--</a>",
  ])
    await assert.rejects(textsOf(xml, RULES), /damaged/, xml);
  await assert.rejects(textsOf('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', RULES), /damaged/);
});

test("whatever comes, time is bounded, and the page breathes", async () => {
  const began = process.cpuUsage();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for (const part of ["<p/>", "<p>", "<t>a</t>", "<tab/>", "&amp;", "<p a='b'/>", "<del>", "<", "<a ", "]]>"])
    await textsOf(`<d>${part.repeat(3e5)}</d>`, RULES).catch(() => {});
  await textsOf(`<d${" a='b'".repeat(1e5)}/>`, RULES).catch(() => {});
  clearInterval(timer);
  assert.ok(turns > 10);
  // What grows with the square of the text takes minutes.
  assert.ok(process.cpuUsage(began).user < 20e6);
});
