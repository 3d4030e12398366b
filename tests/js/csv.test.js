import assert from "node:assert/strict";
import { test } from "node:test";
import { toCsv } from "../../www/shared/csv.js";

test("texts are quoted", () => {
  assert.equal(toCsv([["a,b", 'say "x"', "two\nlines", " x"]]), '"a,b","say ""x""","two\nlines"," x"\r\n');
});

test("numbers stay numbers, nothing is empty", () => {
  assert.equal(toCsv([[1, -0.5, null, undefined, ""]]), "1,-0.5,,,\r\n");
});

test("no text is taken for a formula, whatever parts the cells", () => {
  for (const text of ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r"]) assert.equal(toCsv([[text]]), `"'${text}"\r\n`);
  for (const text of ["p;=1+1;x", "p\t=1+1", 'p";=1+1;"x', "p|=1"]) {
    assert.equal(toCsv([[text]]), `"${text.replaceAll('"', '""')}"\r\n`);
  }
});
