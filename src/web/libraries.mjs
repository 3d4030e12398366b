// The libraries by others that the demo page loads when they are needed, and then from its own site: www/libraries.
// Their versions and hashes are in package-lock.json.

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
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
  "docx.js": 'import mammoth from "mammoth/mammoth.browser.js"; export const { extractRawText } = mammoth;',
  "languages.js": 'export { francAll } from "franc-min";',
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, contents] of Object.entries(LIBRARIES)) {
  await build({
    stdin: { contents, resolveDir: root },
    outfile: join(out, name),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    legalComments: "eof",
    logLevel: "error",
  });
}
copyFileSync(find("pdfjs-dist/legacy/build/pdf.worker.min.mjs"), join(out, "pdf.worker.js"));
