// Codes of errors: those that the code has, the types name, and the README explains.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = "src/web/package";
const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
const found = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, code]) => code))].sort();

test("every code of an error is a type with a line on it, and in the README", () => {
  const code = readdirSync(folder)
    .filter((name) => name.endsWith(".js") && name !== "build.js")
    .map(read)
    .join("\n");
  const used = found(code, /(?:\b(?:NeriteError|refuse)\(\s*|\bcode: )"([a-z]+)"/g);
  const [, union] = /type ErrorCode =\n(.*?)\n\n/s.exec(read("nerite.d.ts"));
  const typed = found(union, /\/\*\* [A-Z`].*\. \*\/\n {2}\| "([a-z]+)"/g);
  assert.deepEqual(typed, found(union, /\| "([a-z]+)"/g));
  const explained = found(read("README.md").split("| `code` |")[1], /^\| `([a-z]+)` \| /gm);
  assert.deepEqual(explained, typed);
  for (const own of used) assert.ok(typed.includes(own), own);
});
