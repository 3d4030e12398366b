// The libraries by others that the demo page loads when they are needed, and then from its own site: www/libraries.
// Their versions and hashes are in package-lock.json.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const out = join(root, "www/libraries");
const { resolve: find } = createRequire(join(root, "package.json"));

/** Each is one module: by its name, what it exports. */
const LIBRARIES = {
  "pdf.js": 'export { getDocument, GlobalWorkerOptions } from "pdfjs-dist/legacy/build/pdf.mjs";',
  "mail.js": 'import PostalMime from "postal-mime"; export const { parse } = PostalMime;',
  "languages.js": 'export { francAll } from "franc-min";',
};

/** Where the guess of an encoding finds its wasm. */
const DETECTOR = "chardetng-wasm/dist/chardetng_wasm_bg";
LIBRARIES["encodings.js"] = `
  import * as glue from "${DETECTOR}.js";
  import { set } from "detector-wasm";
  let ready;
  export async function detect(bytes) {
    ready ??= (async () => {
      const answer = await fetch(new URL("./encodings.wasm", import.meta.url));
      if (!answer.ok) throw new Error(\`encodings.wasm: \${answer.status}\`);
      const { instance } = await WebAssembly.instantiate(await answer.arrayBuffer(), { "./chardetng_wasm_bg.js": glue });
      set(instance.exports);
    })();
    await ready.catch((error) => {
      ready = undefined;
      throw error;
    });
    return glue.detect(bytes);
  }`;

/** The glue imports its wasm as a module, which browsers do not do yet: one whose exports come later. */
const detector = {
  name: "detector",
  setup(build) {
    build.onResolve({ filter: /^detector-wasm$|chardetng_wasm_bg\.wasm$/ }, () => ({
      path: "wasm",
      namespace: "detector",
    }));
    build.onLoad({ filter: /.*/, namespace: "detector" }, () => {
      const module = new WebAssembly.Module(readFileSync(find(`${DETECTOR}.wasm`)));
      const names = WebAssembly.Module.exports(module).map(({ name }) => name);
      const set = `export function set(own) { ({ ${names} } = own); }`;
      return { contents: `export let ${names};\n${set}`, loader: "js" };
    });
  },
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
/** The folders of the packages that something is taken of. */
const used = new Set(["node_modules/pdfjs-dist"]);
for (const [name, contents] of Object.entries(LIBRARIES)) {
  const { metafile } = await build({
    stdin: { contents, resolveDir: root },
    outfile: join(out, name),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    legalComments: "eof",
    logLevel: "error",
    plugins: [detector],
    metafile: true,
    absWorkingDir: root,
  });
  for (const path of Object.keys(metafile.inputs)) {
    const [own] = /^node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (own) used.add(own);
  }
}
copyFileSync(find("pdfjs-dist/legacy/build/pdf.worker.min.mjs"), join(out, "pdf.worker.js"));
copyFileSync(find(`${DETECTOR}.wasm`), join(out, "encodings.wasm"));

/** The MIT licence of a package that comes without a text of it. */
const mit = (author) =>
  readFileSync(join(root, "LICENSE-MIT"), "utf8").replace(/^Copyright.*$/m, `Copyright (c) ${author.name ?? author}`);

// What each asks to be told of it.
const licences = [...used].sort().map((folder) => {
  const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const file = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file));
  if (!file && license !== "MIT") throw new Error(`${folder}: found no text of its licence, ${license}`);
  const text = file ? readFileSync(join(root, folder, file), "utf8") : mit(author);
  return `${name} ${version}: ${license}\n\n${text.trim()}`;
});
writeFileSync(join(out, "licences.txt"), `${licences.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
