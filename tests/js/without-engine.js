// A file of the package without the engine, which would bring the wasm along: workers are the test's own.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** @param {string} file of src/web/package */
export async function withoutEngine(file) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/web/package/${file}`, import.meta.url))],
    bundle: true,
    format: "esm",
    write: false,
    plugins: [
      {
        name: "no-engine",
        setup(build) {
          build.onLoad({ filter: /\/host\.js$/ }, () => ({ contents: "export class Host {}" }));
        },
      },
    ],
  });
  const script = Buffer.from(outputFiles[0].text).toString("base64");
  return import(`data:text/javascript;base64,${script}`);
}
