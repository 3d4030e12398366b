// What the pages of the benchmark have in common: a site, browsers that take turns, and the time of their renderers.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { serve } from "./site.mjs";

export const ROOT = resolve(import.meta.dirname, "..");
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
// As in tests/browser.rs: nothing that Chromium does by itself, as it would take time, too.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const WITHOUT_VNNI = "--js-flags=--no-enable-avx-vnni";

/** The files of the benchmark behind an address, and browsers that look at them. */
export class Site {
  /** `work` is what scripts/bench has installed and made. */
  static async open(work) {
    const site = new Site();
    site.work = work;
    site.chromium = createRequire(resolve(work, "package.json"))("playwright-core").chromium;
    const { server, address } = await serve({
      "/peers/": join(work, "node_modules"),
      "/models/": join(work, "models"),
      "/engine/": join(work, "engine"),
      "/imported/": join(work, "imported"),
      "/pkg/": join(ROOT, "pkg"),
      "/bundles/": join(ROOT, "www/bundles"),
    });
    return Object.assign(site, { server, address });
  }

  browser(flags = []) {
    return Browser.start(this.chromium, this.address, flags);
  }

  /** What ran. */
  async versions() {
    const peer = JSON.parse(readFileSync(join(this.work, "node_modules/@huggingface/transformers/package.json")));
    const browser = await this.chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
    const chromium = browser.version();
    await browser.close();
    return { "transformers.js": peer.version, chromium, flags: FLAGS };
  }

  close() {
    this.server.close();
  }
}

/** A browser with an empty profile. */
class Browser {
  static async start(chromium, address, flags) {
    const browser = new Browser();
    browser.address = address;
    browser.profile = mkdtempSync(join(tmpdir(), "nerite-bench-"));
    browser.context = await chromium.launchPersistentContext(browser.profile, {
      executablePath: EXECUTABLE,
      headless: true,
      args: [...FLAGS, ...flags],
    });
    browser.context.setDefaultTimeout(600_000);
    await browser.context.addInitScript(watchMemory);
    browser.session = await browser.context.browser().newBrowserCDPSession();
    return browser;
  }

  /** A page of the site, or of another one. */
  async open(path) {
    const page = await this.context.newPage();
    await page.goto(new URL(path, this.address).href);
    return page;
  }

  /** CPU milliseconds of all renderers so far. */
  async cpu() {
    const { processInfo } = await this.session.send("SystemInfo.getProcessInfo");
    let nanoseconds = 0;
    for (const { id } of processInfo.filter(({ type }) => type === "renderer")) {
      for (const task of readdirSync(`/proc/${id}/task`)) {
        nanoseconds += Number(readFileSync(`/proc/${id}/task/${task}/schedstat`, "utf8").split(" ")[0]);
      }
    }
    return nanoseconds / 1e6;
  }

  async close() {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/** In a page, before its scripts: remembers the memories of WebAssembly. */
function watchMemory() {
  const memories = new Set();
  const note = (value) => value instanceof WebAssembly.Memory && memories.add(value);
  const { Memory, instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, given) {
      const memory = new target(...given);
      note(memory);
      return memory;
    },
  });
  const watched =
    (original) =>
    async (...given) => {
      const result = await original.apply(WebAssembly, given);
      Object.values((result.instance ?? result).exports).forEach(note);
      return result;
    };
  WebAssembly.instantiate = watched(instantiate);
  WebAssembly.instantiateStreaming = watched(instantiateStreaming);
  globalThis.wasmBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** In a page: transformers.js with files of this site only. */
export async function peer(threads) {
  const peer = await import("/peers/@huggingface/transformers/dist/transformers.min.js");
  peer.env.allowRemoteModels = false;
  peer.env.allowLocalModels = true;
  peer.env.localModelPath = "/models/";
  peer.env.backends.onnx.wasm.numThreads = threads;
  peer.env.backends.onnx.wasm.wasmPaths = "/peers/onnxruntime-web/dist/";
  globalThis.peer = peer;
}

/** A sample: what the page's `run` takes per run. What it is given is made before time counts. */
export async function sample({ browser, page, run, give }, count) {
  const argument = give(count);
  const before = await browser.cpu();
  const wall = await page.evaluate(run, { argument, count });
  return { wall: wall / count, cpu: ((await browser.cpu()) - before) / count };
}

/** Runs until the browser has optimized the code, which is when runs become no faster; CPU milliseconds of a run. */
async function warm(peer) {
  let best = Infinity;
  for (let tries = 0; tries < 12; tries++) {
    const { cpu } = await sample(peer, 3);
    if (tries > 1 && cpu > best * 0.95) break;
    best = Math.min(best, cpu);
  }
  return best;
}

/** Gives every peer its samples, of a third of a second each; they take turns, round by round. */
export async function takeTurns(peers, rounds) {
  for (const each of peers) {
    each.count = Math.ceil(330 / Math.max(1, await warm(each)));
    each.samples = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const each of peers) each.samples.push(await sample(each, each.count));
  }
}
