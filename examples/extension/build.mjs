// Puts the extension together: these files, the package's, and a bundle's.
//
//   node examples/extension/build.mjs PACKAGE BUNDLE OUT
//
// PACKAGE is pkg/ or node_modules/nerite. Then load OUT at chrome://extensions as an unpacked extension.

import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [nerite, bundle, out] = process.argv.slice(2);
if (!out) throw new Error("usage: node build.mjs PACKAGE BUNDLE OUT");
const here = dirname(fileURLToPath(import.meta.url));
mkdirSync(out, { recursive: true });
for (const name of readdirSync(here)) {
  if (!["build.mjs", "README.md"].includes(name)) cpSync(join(here, name), join(out, name), { recursive: true });
}
for (const name of ["nerite.js", "worker.js", "wasm", "LICENSE-MIT", "LICENSE-APACHE"]) {
  cpSync(join(nerite, name), join(out, "nerite", name), { recursive: true });
}
cpSync(bundle, join(out, "bundle"), { recursive: true, filter: (path) => !/[\\/]reports$/.test(path) });
