// Rich text files as their readers see them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ofRtf } from "../../www/demo/rtf.js";

const textOf = (rtf) => ofRtf(Uint8Array.from(rtf, (character) => character.charCodeAt(0)));

test("the text of a file is read, its tables and instructions are not", () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Helvetica;}{\f1\fcharset129 Batang;}{\f2\fcharset204 Arial;}}
{\colortbl;\red255\green0\blue0;}{\stylesheet{\s0 Normal;}}{\*\generator Writer 1;}{\info{\author Nobody}}
{\header\pard Engines Ltd\par}{\footer Turin}
\pard\f0 Ada {\b Love}lace in Z\'fcrich,\line at \{home\}\~now\par
{\f1 \'bc\'ad\'bf\'ef}\tab {\f2\'cc\'ee\'f1\'ea\'e2\'e0}\par
\u-16320\'3f\u8364 ?{\uc0\u8364}{\uc2\u8364 ab} 5\emdash 6{\footnote\pard See Babbage.}
\deleted never\deleted0 {\field{\*\fldinst HYPERLINK "x"}{\fldrslt a link}}{\pict\bin6 {{{}}x}{\*\shppict ffff}
{\shp{\*\shpinst{\sp{\sn name}{\sv value}}{\shptxt In a box\par}}{\shprslt In a box}}}`;
  assert.equal(
    textOf(rtf),
    "Engines Ltd\n\nAda Lovelace in Zürich,\nat {home}\u00a0now\n\n서울\tМосква\n\n\uc040€€€ 5\u2014" +
      "6a linkIn a box\n\nSee Babbage.\n\nTurin",
  );
});

test("whatever comes, time is bounded; groups in groups without end are refused", () => {
  const began = process.cpuUsage();
  for (const rtf of ["}".repeat(1e6), "\\".repeat(1e6), "\\'".repeat(5e5), "\\bin99999999999 a", ""])
    assert.equal(typeof textOf(`{\\rtf1 ${rtf}`), "string");
  assert.equal(textOf(`{\\rtf1 ${"\\'e4".repeat(1e5)}`).length, 1e5);
  assert.throws(() => textOf(`{\\rtf1 ${"{".repeat(1e6)}`));
  assert.equal(textOf("{\\rtf1 \\constructor hello{\\toString}}"), "hello");
  assert.equal(textOf(`{\\rtf1 a${" ".repeat(1e6)}b`).length, 1e6 + 2);
  // What grows with the square of the text takes minutes.
  assert.ok(process.cpuUsage(began).user < 10e6);
});
