// Makes the package's scripts: pkg/ from src/web/package and from what wasm-bindgen has made (build-web calls it).
//
// Each script is one file that imports nothing of the package, so that any bundler takes it, any host serves it, and one
// hash says all of it:
//
//   nerite.js       for pages, and bundlers that see files by `new URL(..., import.meta.url)`
//   bundled.js      the same with worker and engine inside, for bundlers that leave files behind
//   worker.js       what nerite.js starts
//   node.js, .cjs   for Node, Deno and Bun; worker-node.js is what they start
//   reports.js      the metrics

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const [pkg, glue] = process.argv.slice(2).map((path) => resolve(path));
if (!glue) throw new Error("usage: node build.mjs PKG GLUE");
const source = (name) => join(web, "package", name);
const wasm = (name) => readFileSync(join(pkg, "wasm", name, "nerite_web_bg.wasm"));
const integrity = (bytes) => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

/** Files of the package in the place of which others are taken. */
const replacing = (others) => ({
  name: "replace",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/glue\// }, ({ path }) => ({ path: join(glue, path.slice("./glue/".length)) }));
    onResolve({ filter: /^\.\// }, ({ path, resolveDir }) => {
      const other = resolveDir === join(web, "package") ? others[path.slice(2)] : undefined;
      return other && { path: resolve(web, "package", other) };
    });
  },
});

async function bundle(name, entry, options = {}) {
  const { replaced = {}, ...own } = options;
  const { outputFiles } = await build({
    entryPoints: [source(entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    banner: { js: "// Nerite. Licence: MIT or Apache-2.0, at your choice. Made by scripts/build-web of src/web." },
    logLevel: "warning",
    plugins: [replacing(replaced)],
    ...own,
  });
  writeFileSync(join(pkg, name), outputFiles[0].contents);
  return outputFiles[0];
}

const WORKER = { format: "iife" };
const inNode = { platform: "node", replaced: { "platform.js": "platform-node.js", "thread.js": "thread-node.js" } };
const cjs = {
  ...inNode,
  format: "cjs",
  define: { "import.meta.url": "nerite_here" },
  banner: { js: 'const nerite_here = require("node:url").pathToFileURL(__filename).href;' },
};

mkdirSync(pkg, { recursive: true });
const worker = await bundle("worker.js", "worker.js", WORKER);
const hashes = { worker: worker.contents, relaxed: wasm("relaxed"), plain: wasm("plain") };
const define = {
  NERITE_INTEGRITY: JSON.stringify(
    Object.fromEntries(Object.entries(hashes).map(([name, bytes]) => [name, integrity(bytes)])),
  ),
};
await bundle("nerite.js", "nerite.js", { define });
await bundle("reports.js", "reports.js", { define });
await bundle("node.js", "nerite.js", inNode);
await bundle("node.cjs", "nerite.js", cjs);
await bundle("worker-node.js", "worker-node.js", inNode);

const small = await build({
  ...WORKER,
  entryPoints: [source("worker.js")],
  bundle: true,
  write: false,
  minify: true,
  target: "es2022",
  charset: "utf8",
  plugins: [replacing({})],
});
const packed = (name) => JSON.stringify(gzipSync(wasm(name), { level: 9 }).toString("base64"));
const embedded = join(pkg, ".embedded.js");
writeFileSync(
  embedded,
  `export const script = ${JSON.stringify(small.outputFiles[0].text)};
export const relaxed = ${packed("relaxed")};
export const plain = ${packed("plain")};
`,
);
await bundle("bundled.js", "nerite.js", { replaced: { "wasm.js": "wasm-embedded.js", "embedded.js": embedded } });
rmSync(embedded);

for (const name of ["nerite.d.ts", "reports.d.ts", "package.json", "README.md"])
  copyFileSync(source(name), join(pkg, name));
copyFileSync(source("nerite.d.ts"), join(pkg, "nerite.d.cts"));
