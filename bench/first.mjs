// From `nerite import rampart` to an entity in the page, where nothing of it is known: the cache is empty (the checkpoint
// comes from the hub or the registry again), and so is the browser's.
//
//   node bench/first.mjs WORK OUT ROUNDS

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { ROOT, Site } from "./pages.mjs";

const [work, out, rounds] = process.argv.slice(2);
const TEXT = "My name is Maria Keller, my number is 020 7946 0958, and I live at 12 Harbour Street in Portsmouth.";
const nerite = join(ROOT, "target/release/nerite");
const site = await Site.open(work);

/** The pages without any bundle, but with the list of bundles, which `import` writes anew. */
function copyPages(folder) {
  const bundles = join(ROOT, "www/bundles");
  const wanted = (path) => !path.startsWith(`${bundles}/`) || path === join(bundles, "index.json");
  cpSync(join(ROOT, "www"), join(folder, "www"), { recursive: true, filter: wanted });
}

/** Runs a command to its end. */
async function run(command, given, env) {
  const [code] = await once(spawn(command, given, { env, stdio: ["ignore", "ignore", "inherit"] }), "exit");
  if (code !== 0) throw new Error(`${command} ${given.join(" ")}: ${code}`);
}

/** Waits for the address that a server prints. */
async function addressOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith("http://")) return line.trim();
  }
  throw new Error("nerite serve gave no address");
}

/** Milliseconds from the start to each step. */
async function measure() {
  const folder = mkdtempSync(join(work, "first-"));
  copyPages(folder);
  const www = join(folder, "www");
  const found = {};
  const start = performance.now();
  const note = (step) => (found[step] = performance.now() - start);
  await run(nerite, ["import", "rampart", "--out", join(www, "bundles/rampart")], {
    ...process.env,
    NERITE_CACHE: join(folder, "cache"),
  });
  note("imported");
  const server = spawn(nerite, ["serve", "--port", "0", "--www", www, "--pkg", join(ROOT, "pkg")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const address = await addressOf(server);
    const browser = await site.browser();
    // "start" is the reader's agreement to the download.
    const page = await browser.open(new URL("?bundle=rampart&start", address));
    await page.waitForSelector("#status[data-state=ready]", { state: "attached", timeout: 120_000 });
    note("ready");
    await page.focus("#text");
    await page.keyboard.insertText(TEXT);
    await page.waitForSelector("#result mark", { state: "attached", timeout: 60_000 });
    note("entity");
    await browser.close();
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

const samples = [];
for (let round = 0; round < rounds; round++) samples.push(await measure());
site.close();
writeFileSync(out, JSON.stringify({ samples }));
