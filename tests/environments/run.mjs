// Tries the packed package where its users build and run it: each project here is installed from the tarball, built as
// its tool is called without any settings, and run. scripts/test-package calls it; a line for each goes into the
// package's README.
//
//   node tests/environments/run.mjs [--quick] [--write] [NAME ...]

import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inChromium } from "./chromium.mjs";
import { extension } from "./extension.mjs";
import { serve } from "./serve.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const work = join(root, "target/environments");
const bundle = join(root, "www/bundles/all-MiniLM-L6-v2");
const EXPECTED = "Barack Obama,Paris";
const LONGEST_BUILD = 300_000;
const LONGEST_START = 180_000;

const call = promisify(execFile);
const execute = (folder, command, ...given) =>
  call(command, given, {
    cwd: folder,
    timeout: LONGEST_BUILD,
    env: { ...process.env, CI: "true", NEXT_TELEMETRY_DISABLED: "1" },
  });

/** Every environment: what it is called, its project, how it is built, and how it is asked. */
const ENVIRONMENTS = [
  { name: "node", title: "Node 20 and newer, `import`", run: (at) => program(at, process.execPath, "main.mjs") },
  {
    name: "node-cjs",
    project: "node",
    title: "Node 20 and newer, `require`",
    run: (at) => program(at, process.execPath, "main.cjs"),
  },
  { name: "deno", title: "Deno", run: (at) => program(at, "npx", "deno", "run", "-A", "main.js") },
  { name: "bun", title: "Bun", run: (at) => program(at, bunIn(at), "main.js") },
  { name: "cdn", title: '`<script type="module">` from another origin, with integrity', run: cdn },
  { name: "worker", title: "in a Web Worker", run: (at) => page(at) },
  { name: "service-worker", title: "in a service worker", run: (at) => page(at) },
  { name: "sandbox", title: "in a sandboxed frame (`allow-scripts`)", run: (at) => page(at) },
  { name: "extension", title: "browser extension, Manifest V3", run: (at) => extension({ root, at, bundle }) },
  {
    name: "esbuild",
    title: "esbuild, ES modules",
    build: ["npx", "esbuild", "main.js", "--bundle", "--format=esm", "--outfile=dist/main.js"],
    run: built,
  },
  {
    name: "esbuild-iife",
    project: "esbuild",
    title: "esbuild, its default format",
    build: ["npx", "esbuild", "main.js", "--bundle", "--outfile=dist/main.js"],
    run: built,
  },
  {
    name: "rollup",
    title: "Rollup, ES modules",
    build: ["npx", "rollup", "main.js", "-p", "node-resolve", "-o", "dist/main.js"],
    run: built,
  },
  {
    name: "rollup-iife",
    project: "rollup",
    title: "Rollup, `iife`",
    build: ["npx", "rollup", "main.js", "-p", "node-resolve", "-f", "iife", "-o", "dist/main.js"],
    run: built,
  },
  { name: "webpack", title: "webpack 5", build: ["npx", "webpack", "--mode", "production"], run: built },
  { name: "vite7", title: "Vite 7, build", build: ["npx", "vite", "build"], run: (at) => page(at, "dist") },
  {
    name: "vite7-dev",
    project: "vite7",
    title: "Vite 7, development",
    run: (at) => server(at, "npx", "vite", "--port", "PORT", "--strictPort"),
  },
  { name: "vite8", title: "Vite 8, build", build: ["npx", "vite", "build"], run: (at) => page(at, "dist") },
  {
    name: "vite8-dev",
    project: "vite8",
    title: "Vite 8, development",
    run: (at) => server(at, "npx", "vite", "--port", "PORT", "--strictPort"),
  },
  {
    name: "next",
    title: "Next 16, in the page",
    slow: true,
    build: ["npx", "next", "build"],
    run: (at) => server(at, "npx", "next", "start", "-p", "PORT"),
  },
];

/** A folder's address under which the bundle is served for everybody. */
let bundles;

/** A page as its browser has found it. */
async function looked(address) {
  return inChromium(`${address}?bundle=${encodeURIComponent(bundles.url)}`);
}

/** A folder of pages, served with the package beside it. */
async function page(at, folder = ".") {
  const site = await serve({ "/": join(at, folder), "/nerite/": join(at, "node_modules/nerite") });
  try {
    return await looked(`${site.url}index.html`);
  } finally {
    site.close();
  }
}

/** What a bundler has made: one script, with what else it has put beside it. */
async function built(at) {
  const type = readFileSync(join(at, "dist/main.js"), "utf8").includes("import.meta") ? ' type="module"' : "";
  writeFileSync(
    join(at, "dist/index.html"),
    `<!doctype html><meta charset="utf-8"><script${type} src="main.js"></script>`,
  );
  return page(at, "dist");
}

/** The package's files on a server of their own; their hash is in the page. */
async function cdn(at) {
  const packed = join(at, "node_modules/nerite");
  const host = await serve({ "/": packed });
  const html = readFileSync(join(here, "cdn/index.html"), "utf8");
  const hash = createHash("sha384")
    .update(readFileSync(join(packed, "nerite.js")))
    .digest("base64");
  writeFileSync(join(at, "index.html"), html.replaceAll("CDN/", host.url).replace("INTEGRITY", `sha384-${hash}`));
  try {
    return await page(at);
  } finally {
    host.close();
  }
}

/** A program, which prints what it has found as its last line. */
async function program(at, command, ...given) {
  const cache = join(at, "cache");
  rmSync(cache, { recursive: true, force: true });
  await execute(
    at,
    "npm",
    "install",
    "--ignore-scripts",
    "--no-save",
    "--silent",
    "--no-audit",
    "--no-fund",
    join(work, "nerite.tgz"),
    join(work, "nerite-test-bundle.tgz"),
  );
  const sources = [bundle, bundles.url, "hub:own/bundle@v1", "package:nerite-test-bundle", "hub:own/spoilt@v1"];
  const { stdout } = await call(command, [...given, ...sources], {
    cwd: at,
    timeout: LONGEST_BUILD,
    env: { ...process.env, NERITE_CACHE: cache, HF_ENDPOINT: bundles.url },
  });
  const found = JSON.parse(stdout.trim().split("\n").at(-1));
  // Of a folder nothing is kept; of an address it is.
  if (found.cached.join() !== "false,false,true,true,true,false") found.error = `kept: ${found.cached}`;
  return found;
}

/** Bun's program is moved where its package may run its own script, and stays where it may not. */
const bunIn = (at) =>
  [join(at, "node_modules/@oven/bun-linux-x64/bin/bun"), join(at, "node_modules/.bin/bun")].find(existsSync);

/** A server of the tool's own. */
async function server(at, command, ...given) {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = spawn(
    command,
    given.map((text) => text.replace("PORT", port)),
    { cwd: at, detached: true, stdio: "ignore" },
  );
  try {
    const address = `http://localhost:${port}/`;
    await answers(address);
    return { ...(await looked(address)), address };
  } finally {
    process.kill(-child.pid);
  }
}

async function answers(address) {
  const end = Date.now() + LONGEST_START;
  for (;;) {
    const response = await fetch(address).catch(() => null);
    if (response?.ok) return response;
    if (Date.now() > end) throw new Error(`${address} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A copy of a project with the package installed as users would. */
async function installed({ name, project = name }) {
  const at = join(work, name);
  mkdirSync(at, { recursive: true });
  for (const entry of readdirSync(at))
    if (entry !== "node_modules" && entry !== "package-lock.json") rmSync(join(at, entry), { recursive: true });
  if (existsSync(join(here, project))) cpSync(join(here, project), at, { recursive: true });
  for (const shared of ["page.js", "program.js"]) cpSync(join(here, shared), join(at, shared));
  if (!existsSync(join(at, "package.json")))
    writeFileSync(join(at, "package.json"), '{ "private": true, "type": "module" }\n');
  const quiet = ["--no-save", "--silent", "--no-audit", "--no-fund"];
  await execute(at, "npm", "install", "--ignore-scripts", ...quiet, join(work, "nerite.tgz"));
  return at;
}

async function tried(environment) {
  try {
    const at = await installed(environment);
    const [command, ...given] = environment.build ?? [];
    if (command) await execute(at, command, ...given);
    const found = await environment.run(at);
    const right = !found.error && found.texts?.join() === EXPECTED;
    return {
      right,
      says: right
        ? `${found.backend}, ${found.workers} worker${found.workers === 1 ? "" : "s"}`
        : (found.error ?? `found ${found.texts}`),
    };
  } catch (error) {
    return {
      right: false,
      says: String(error.stderr || error.stdout || error.message)
        .trim()
        .slice(-600),
    };
  }
}

/** Packs a folder as npm would before it publishes it. */
async function packed(folder, name) {
  const { stdout } = await execute(folder, "npm", "pack", "--silent", "--pack-destination", work);
  renameSync(join(work, stdout.trim().split("\n").at(-1)), join(work, name));
}

async function pack() {
  for (const folder of ["bundle", "spoilt"]) rmSync(join(work, folder), { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await packed(join(root, "pkg"), "nerite.tgz");
  const nerite = process.env.NERITE_BIN ?? join(root, "target/release/nerite");
  await execute(
    root,
    nerite,
    "bundle",
    "--npm",
    "nerite-test-bundle",
    "--bundle",
    bundle,
    "--out",
    join(work, "bundle"),
  );
  await packed(join(work, "bundle"), "nerite-test-bundle.tgz");
  cpSync(bundle, join(work, "spoilt"), { recursive: true });
  const spoilt = join(work, "spoilt/tokenizer.json");
  writeFileSync(spoilt, readFileSync(spoilt, "utf8").replace("1", "2"));
}

/** Puts the table into the package's README. */
function write(rows) {
  const path = join(root, "src/web/package/README.md");
  const readme = readFileSync(path, "utf8");
  const [start, end] = ["<!-- environments -->", "<!-- end -->"];
  const table = [
    "| where | how it ran |",
    "| --- | --- |",
    ...rows.map(({ title, says }) => `| ${title} | ${says} |`),
  ].join("\n");
  const [before, rest] = readme.split(start);
  writeFileSync(path, `${before}${start}\n${table}\n${end}${rest.split(end)[1]}`);
}

const flags = process.argv.slice(2).filter((given) => given.startsWith("--"));
const names = process.argv.slice(2).filter((given) => !given.startsWith("--"));
const unknown = names.filter((name) => !ENVIRONMENTS.some((environment) => environment.name === name));
if (unknown.length > 0)
  throw new Error(`found ${unknown}, expected some of ${ENVIRONMENTS.map(({ name }) => name).join(", ")}`);
const chosen = ENVIRONMENTS.filter(({ name, slow }) =>
  names.length > 0 ? names.includes(name) : !(slow && flags.includes("--quick")),
);

await pack();
bundles = await serve({
  "/": bundle,
  "/own/bundle/resolve/v1/": bundle,
  "/own/spoilt/resolve/v1/": join(work, "spoilt"),
});
const rows = [];
for (const environment of chosen) {
  const start = Date.now();
  const { right, says } = await tried(environment);
  rows.push({ ...environment, right, says });
  console.log(
    `${right ? "ok    " : "FAILED"} ${environment.name.padEnd(15)} ${((Date.now() - start) / 1000).toFixed(0).padStart(4)} s  ${says}`,
  );
}
bundles.close();
if (flags.includes("--write") && names.length === 0) write(rows);
const failed = rows.filter(({ right }) => !right).length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
