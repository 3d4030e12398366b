import assert from "node:assert/strict";
import { test } from "node:test";
import { toCsv } from "../../www/shared/csv.js";

test("cells with separators, quotes, line ends or outer spaces are quoted", () => {
  assert.equal(toCsv([["a,b", 'say "x"', "two\nlines", " x"]]), '"a,b","say ""x""","two\nlines"," x"\r\n');
});

test("numbers stay numbers, nothing is empty", () => {
  assert.equal(toCsv([[1, -0.5, null, undefined, ""]]), "1,-0.5,,,\r\n");
});

test("no text is taken for a formula", () => {
  for (const text of ["=1+1", "+1", "-1", "@x"]) assert.equal(toCsv([[text]]), `'${text}\r\n`);
});
