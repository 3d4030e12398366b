// Every type of the package as a user would use it, for tsc --strict; it is not run.
import {
  type Aggregation,
  type BundleInfo,
  type BundleSource,
  cacheSize,
  clearCache,
  type Decoder,
  type Entity,
  type ErrorCode,
  type Evaluated,
  type HeadInfo,
  inspect,
  type Labelled,
  load,
  NeriteError,
  type Part,
  type Prediction,
  type Progress,
  Recognizer,
  readLabelled,
  type Word,
} from "../pkg/nerite.js";
import { breakDown, checkFile, compareReports, judgeSample, listErrors, start } from "../pkg/reports.js";

export async function use(files: File[], signal: AbortSignal): Promise<string[]> {
  const info: BundleInfo = await inspect(new URL("https://example.org/bundle/"), { signal });
  const told: Progress[] = [];
  const recognizer: Recognizer = await load(files, {
    onProgress: (progress) => told.push(progress),
    signal,
    workers: 2,
    cache: false,
  });
  const head: HeadInfo | undefined = recognizer.heads.find(({ id }) => id === recognizer.defaultHead);
  const decoder: Decoder = head?.decoder ?? "argmax";
  const aggregation: Aggregation = "max";
  const parts: Part[] = [];
  const options = {
    decoder,
    aggregation,
    signal,
    visible: [0, 100] as [number, number],
    onPart: (part: Part) => parts.push(part),
  };
  const prediction: Prediction = await recognizer.predict("Barack Obama", options);
  const words: Word[] = prediction.words;
  const entities: Entity[] = (await recognizer.predictAll("Barack Obama", ["linear", "best"])).flatMap(
    (one) => one.entities,
  );
  const vocabulary: { words: number; subwords: number; unknown: number } = await recognizer.vocabulary("Argo sailed.");
  if (vocabulary.unknown > vocabulary.words) throw new Error("more than all");
  const { tags, confidences } = await recognizer.predictWords([["Barack", "Obama"]], { head: "best" });
  const shares: number[] = words.map(({ tag, probabilities }) => probabilities[prediction.tags.indexOf(tag)] ?? 0);
  const labelled: Labelled = await readLabelled(files, { format: "conll", signal, workers: 0 });
  const judged: Evaluated = await recognizer.evaluate("Paris B-LOC\n", {
    heads: ["best"],
    map: { LOC: "geo", [labelled.types[0]?.type ?? "MISC"]: null },
    types: ["geo"],
    onProgress: ({ stage, done, total }) => told.push({ loaded: done, total, file: stage, cached: false }),
  });
  const f1: number[] = judged.reports.map(({ report }) => report.entity.strict.f1);
  await recognizer.grow();
  recognizer.free();
  const bytes: number =
    f1.length + info.cachedBytes + (await cacheSize()) + shares.length + (confidences[0]?.length ?? 0);
  await clearCache();
  await start();
  const texts: string[] = [
    checkFile("{}"),
    compareReports("{}", "{}", 0, 1000),
    listErrors("{}", "{}"),
    breakDown("{}", 0, 1),
    judgeSample("{}", "[]"),
  ];
  return [...texts, ...entities.map(({ type }) => type), ...tags.flat(), String(bytes)];
}

export function code(error: unknown): string {
  return error instanceof NeriteError ? error.code : "none";
}

// @ts-expect-error: a decoder is named.
export const wrong: Decoder = 1;

/** A code that a newer version adds is one that this switch does not know. */
export function advice(code: ErrorCode): string {
  switch (code) {
    case "input":
    case "bundle":
    case "integrity":
    case "network":
    case "package":
    case "memory":
    case "policy":
    case "crash":
    case "freed":
    case "stopped":
      return code;
  }
}

export async function disposed(source: BundleSource): Promise<number> {
  const { heads, defaultHead, files } = await inspect(source, { hub: "https://hub.example" });
  using recognizer = await load(source, {
    worker: () => new Worker("worker.js"),
    workerUrl: "w.js",
    wasmUrl: { relaxed: "r", plain: "p" },
  });
  const named: string[] = [...heads.map(({ title }) => title), defaultHead, ...files.map(({ sha256 }) => sha256)];
  return recognizer.heads.length + named.length;
}

// @ts-expect-error: load makes them.
export const none = new Recognizer();

// @ts-expect-error: an option that there is not.
export const misspelt = load("bundle/", { wokers: 2 });
