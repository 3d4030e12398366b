// Reads what the parts of scripts/bench found; prints tables, and writes JSON: `report.mjs RESULTS ROUNDS PARTS [OUT]`.
//
// Every ratio is better the greater it is, and its bar is the least that it should be. Where less is better (bytes,
// seconds, memory), it is what is allowed over what was found.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const [results, rounds, parts, out] = process.argv.slice(2);
const read = (part) => {
  const path = join(results, `${part}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
};
const MIB = 2 ** 20;
const OURS = "nerite";
const THEIRS = "transformers.js";

const ratios = {};
const figures = {};
const rows = (title, lines) => {
  console.log(`\n${title}`);
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => String(line[at]).length)));
  for (const line of lines)
    console.log(
      "  " +
        line
          .map((cell, at) => String(cell).padEnd(widths[at]))
          .join("  ")
          .trimEnd(),
    );
};
/** The median of some samples, and the half of them around it. */
function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => {
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    return sorted[low] + (sorted[Math.ceil(place)] - sorted[low]) * (place - low);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const shown = ({ median, low, high }) => `${digits(median)} (${digits(low)}-${digits(high)})`;
const ratio = (name, value, bar) => (ratios[name] = { value: Number(value.toFixed(4)), bar });
const of = (samples, key) => spread(samples.map((sample) => sample[key]));

const browser = read("browser");
if (browser) {
  const lines = [["encoder", "CPU", "subwords", "who", "kernel", "CPU ms", "wall ms", "x theirs"]];
  for (const run of browser.encode) {
    const [cpu, wall] = [of(run.samples, "cpu"), of(run.samples, "wall")];
    const peer = browser.encode.find(
      ({ name, cpu, length, who }) => who === THEIRS && name === run.name && cpu === run.cpu && length === run.length,
    );
    const times = of(peer.samples, "cpu").median / cpu.median;
    lines.push([run.name, run.cpu, run.length, run.who, run.kernel ?? "", shown(cpu), shown(wall), digits(times)]);
    if (run.who === `${OURS} relaxed`) {
      const without = run.cpu !== "as it is";
      ratio(`encoder, ${run.name}, ${run.length}, relaxed${without ? ", without VNNI" : ""}`, times, without ? 1.5 : 2);
    } else if (run.who === `${OURS} plain` && run.cpu === "as it is") {
      ratio(`encoder, ${run.name}, ${run.length}, plain`, times, 1.1);
    }
    (figures.encoder ??= []).push({ ...run, samples: undefined, cpuMs: cpu, wallMs: wall });
  }
  rows("In the browser, the encoder alone, one thread (median and middle half)", lines);

  const heads = [["encoder", "head", "wall ms"]];
  for (const { name, head, samples } of browser.head) {
    const wall = spread(samples);
    heads.push([name, head, shown(wall)]);
    (figures.head ??= []).push({ name, head, wallMs: wall });
    if (head === "best") {
      const linear = spread(
        browser.head.find((other) => other.name === name && other.head === "linear").samples,
      ).median;
      // A head that costs nothing would divide by it, or by less.
      ratio(
        `a tenth of the encoder / what the best head adds, ${name}`,
        (0.1 * linear) / Math.max(wall.median - linear, 0.001 * linear),
        1,
      );
    }
  }
  rows("500 words to tags, one worker: the encoder with a linear head, and with the best one", heads);

  const text = [["encoder", "who", "wall ms", "CPU ms", "memory MiB", "of all MiB"]];
  for (const run of browser.text) {
    const [cpu, wall] = [of(run.samples, "cpu"), of(run.samples, "wall")];
    // Our workers have a memory each, their threads one between them.
    const memories = run.who === OURS ? run.workers : 1;
    const memory = [run.wasmBytes, memories * run.wasmBytes].map((bytes) => (bytes / MIB).toFixed(1));
    text.push([run.name, run.who, shown(wall), shown(cpu), ...memory]);
    (figures.text ??= []).push({ ...run, samples: undefined, cpuMs: cpu, wallMs: wall });
    if (run.who === OURS) {
      const peer = browser.text.find(({ name, who }) => who === THEIRS && name === run.name);
      ratio(`2,000 words, two threads, ${run.name}`, of(peer.samples, "wall").median / wall.median, 2);
      const file = statSync(join("www/bundles", run.name, "encoder.safetensors")).size;
      ratio(`memory allowed / wasm memory, ${run.name}`, (1.4 * file + 48e6) / run.wasmBytes, 1);
    }
  }
  rows("2,000 words from paste to entities: our pool of two, their two threads", text);
}

const load = read("load");
if (load) {
  const lines = [["encoder", "who", "loaded ms", "first result ms", "CPU ms", "memory MiB"]];
  for (const run of load.load) {
    const [loaded, first, cpu] = ["loaded", "first", "cpu"].map((key) => of(run.samples, key));
    const memory = of(run.samples, "wasmBytes").median;
    lines.push([run.name, run.who, shown(loaded), shown(first), shown(cpu), (memory / MIB).toFixed(1)]);
    (figures.load ??= []).push({
      name: run.name,
      who: run.who,
      loadedMs: loaded,
      firstMs: first,
      cpuMs: cpu,
      wasmBytes: memory,
    });
    if (run.who === OURS) {
      const peer = load.load.find(({ name, who }) => who === THEIRS && name === run.name);
      ratio(`load from cache, ${run.name}`, of(peer.samples, "loaded").median / loaded.median, 2);
      ratio(`first result, ${run.name}`, of(peer.samples, "first").median / first.median, 2);
    }
  }
  rows("Loading, with all files in the browser's cache", lines);
}

const classifiers = read("classifiers");
if (classifiers) {
  const bars = { "rampart": { q4: 4, q8: 2 }, "bert-base-classifier": { q8: 2 } };
  const lines = [["classifier", "who", "what", "CPU ms", "wall ms", "theirs / ours", "file MB", "memory MB"]];
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  for (const { samples, ...run } of classifiers.runs) {
    const [cpu, wall] = [of(samples, "cpu"), of(samples, "wall")];
    const ours = classifiers.runs.find(({ name, who }) => who === OURS && name === run.name);
    const times = cpu.median / of(ours.samples, "cpu").median;
    const who = run.kernel ? `${run.who} (${run.kernel})` : run.who;
    const sizes = [run.fileBytes, run.wasmBytes].map(megabytes);
    lines.push([run.name, who, run.what, shown(cpu), shown(wall), digits(times), ...sizes]);
    (figures.classifiers ??= []).push({ ...run, cpuMs: cpu, wallMs: wall });
    if (run.who === OURS) {
      ratio(`memory allowed / wasm memory, ${run.name}`, (1.4 * run.fileBytes + 48e6) / run.wasmBytes, 1);
    } else if (run.what === "text") {
      ratio(`classifier, ${run.name}, ${classifiers.length}, ${run.dtype}`, times, bars[run.name][run.dtype]);
    }
  }
  rows(`Imported classifiers, texts of ${classifiers.length} subwords one at a time, one thread`, lines);
}

const first = read("first");
if (first) {
  const steps = ["imported", "ready", "entity"].map((step) =>
    spread(first.samples.map((sample) => sample[step] / 1000)),
  );
  rows("From `nerite import rampart` on, nothing kept from before: seconds until", [
    ["imported", "the page is ready", "an entity is shown"],
    steps.map(shown),
  ]);
  ratio("120 s / from import to an entity in the page", 120 / steps[2].median, 1);
  figures.first = steps;
}

const native = read("native");
if (native) {
  const lines = [["encoder", "who", "subwords per CPU second", "subwords per second"]];
  for (const [name, { subwords, samples, kernel }] of Object.entries(native)) {
    const rate = (who, key) => spread(samples[who].map((sample) => subwords / sample[key]));
    for (const who of Object.keys(samples)) {
      lines.push([name, who === OURS ? `${who} (${kernel})` : who, shown(rate(who, "cpu")), shown(rate(who, "wall"))]);
      (figures.native ??= []).push({ name, who, perCpuSecond: rate(who, "cpu"), perSecond: rate(who, "wall") });
    }
    if (name === "distilbert-cased-edit, 1 threads") {
      const ours = rate(OURS, "cpu").median;
      ratio("native / candle f32", ours / rate("candle f32", "cpu").median, 4);
      ratio("native / onnxruntime int8", ours / rate("onnxruntime int8", "cpu").median, 0.7);
    }
  }
  rows("Natively, 32 sequences of 128 subwords", lines);
}

const quality = read("quality");
if (quality) {
  for (const [name, found] of Object.entries(quality)) {
    const lines = [["layer", OURS, "onnxruntime int8"]];
    found[OURS].forEach((cosine, layer) => {
      lines.push([layer, cosine.toFixed(5), found["onnxruntime int8"][layer].toFixed(5)]);
    });
    rows(
      `Int8 against f32, ${name}: mean cosine over ${found.subwords} subwords of ${found.sentences} sentences`,
      lines,
    );
    ratio(`cosine of the last hidden state, ${name}`, found[OURS].at(-1), 0.995);
  }
  figures.quality = quality;
}

const corpus = read("corpus");
if (corpus) {
  console.log(`\nThe whole corpus (${corpus.sentences} sentences) encoded with MiniLM: ${corpus.wall.toFixed(0)} s`);
  ratio("240 s / the whole corpus", 240 / corpus.wall, 1);
  figures.corpus = corpus;
}

if (parts.split(",").includes("sizes")) {
  const lines = [["file", "bytes", "brotli"]];
  for (const build of readdirSync("pkg/wasm")) {
    const file = `pkg/wasm/${build}/nerite_web_bg.wasm`;
    const bytes = readFileSync(file);
    const brotli = brotliCompressSync(bytes).length;
    lines.push([file, bytes.length, brotli]);
    ratio(`1.0 MB / ${build} wasm, brotli`, 1e6 / brotli, 1);
    (figures.sizes ??= []).push({ file, bytes: bytes.length, brotli });
  }
  rows("Sizes", lines);
}

const bars = Object.entries(ratios).map(([name, { value, bar }]) => [
  name,
  digits(value),
  bar,
  value >= bar ? "" : "missed",
]);
if (bars.length) rows("Bars", [["ratio", "found", "at least", ""], ...bars]);
const conditions = {
  date: new Date().toISOString(),
  cpu: cpus()[0].model,
  vnni: /^flags.*(avx_vnni|avx512_vnni)/m.test(readFileSync("/proc/cpuinfo", "utf8")),
  cores: cpus().length,
  load: readFileSync("/proc/loadavg", "utf8").split(" ")[0],
  linux: release(),
  node: process.version,
  rounds: Number(rounds),
  ...(browser ?? load ?? classifiers)?.versions,
  python: readFileSync("bench/requirements.txt", "utf8")
    .split("\n")
    .filter((line) => line.includes("==")),
};
console.log(`\n${JSON.stringify(conditions)}`);
if (out) writeFileSync(out, `${JSON.stringify({ conditions, ratios, figures }, null, 1)}\n`);
