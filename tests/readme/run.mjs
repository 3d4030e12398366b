// Runs what the READMEs show in JavaScript: in Node, with the package as it is built and a bundle of the site. What a
// comment beside a line says in quotes is what the line has to give.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const out = join(root, "target/readme");
const built = pathToFileURL(join(root, "pkg/node.js")).href;
/** What shows this is for pages only. */
const FOR_PAGES = "workerUrl";

/** What a README takes for granted around its examples. */
const AROUND = `
import assert from "node:assert/strict";
import * as nerite from ${JSON.stringify(built)};
const chat = async (text) => \`Dear \${text.slice(0, text.indexOf(" "))},\`;
const response = new Response("Dear [PERSON_1],");
`;

/** A module of a README's example: it loads what the example does not, and ends what it has loaded. */
function moduleOf(code) {
  const imported = code.replace(/from "(?:nerite|\.\/pkg\/nerite\.js)"/, `from ${JSON.stringify(built)}`);
  const checked = imported.replace(/^(.+?); \/\/ ("[^"]*")$/gm, "assert.equal($1, $2);");
  const own = code.includes("await load(");
  const before = own ? "" : 'const recognizer = await nerite.load("bundles/all-MiniLM-L6-v2/");\n';
  const after = own ? "" : "recognizer.free();\n";
  return { text: `${AROUND}${before}${checked}${after}`, checks: checked.split("assert.equal(").length - 1 };
}

mkdirSync(out, { recursive: true });
process.chdir(join(root, "www"));
let [ran, checks] = [0, 0];
for (const readme of ["README.md", "src/web/package/README.md"]) {
  const examples = [...readFileSync(join(root, readme), "utf8").matchAll(/^```js\n(.*?)^```$/gms)];
  for (const [, code] of examples) {
    if (code.includes(FOR_PAGES)) continue;
    const made = moduleOf(code);
    const path = join(out, `${readme.replaceAll(/\W/g, "-")}-${ran}.mjs`);
    writeFileSync(path, made.text);
    await import(pathToFileURL(path).href).catch((error) => {
      throw new Error(`${readme}: this example fails:\n${code}`, { cause: error });
    });
    ran += 1;
    checks += made.checks;
  }
}
// Otherwise the pattern that finds them has lost some.
assert.ok(ran >= 3 && checks >= 1, `found ${ran} examples with ${checks} checks`);
console.log(`${ran} examples of the READMEs run`);
