// The public interface of pkg/nerite.js (ES module, hand-written; it holds no
// wasm itself: workers do). Offsets are UTF-16 code units of the given text.

export interface Progress {
  loaded: number;
  total: number;
  file: string;
  cached: boolean;
}
export interface HeadInfo {
  id: string;
  title: string;
  kind: string;
  layers: number[];
  decoder: Decoder;
  decoders: Decoder[];
  tags: string[];
  bytes: number;
}
export type Decoder = "argmax" | "rules" | "transitions";
export type Aggregation = "average" | "first" | "max";

export interface LoadOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** Workers at most; default: by cores and memory, at most 4. More than one are started only when a text is long. */
  workers?: number;
  /** Keep downloads in the Cache API (default true). */
  cache?: boolean;
}
export interface PredictOptions {
  head?: string; // id; default: recognizer.defaultHead
  decoder?: Decoder; // default: the head's own; of several heads, those that have it take it
  aggregation?: Aggregation; // default "average"
  signal?: AbortSignal;
  /** Offsets that are wanted first (what is on the screen). */
  visible?: [number, number] | (() => [number, number]);
  onProgress?: (progress: { words: number; total: number }) => void;
  /** Called with every part as soon as it is there, in any order; of several heads, with the index of its head. */
  onPart?: (part: Part, head: number) => void;
}
export interface Word {
  start: number;
  end: number;
  tag: string;
  score: number;
  probabilities: Float32Array;
  sentence: number;
}
export interface Entity {
  start: number;
  end: number;
  type: string;
  text: string;
  score: number;
  words: [number, number];
}
/** Some whole sentences. `firstWord` is the index of words[0] in the text's words. */
export interface Part {
  firstWord: number;
  words: Word[];
  entities: Entity[];
}
export interface Prediction {
  head: string;
  decoder: Decoder;
  tags: string[];
  words: Word[];
  entities: Entity[];
  /** Wall-clock time, and the words that an earlier prediction had already (same sentence, head, decoder). */
  milliseconds: number;
  reusedWords: number;
}
/** Sizes before any download. */
export interface BundleInfo {
  name: string;
  architecture: string;
  bytes: number;
  files: { file: string; bytes: number }[];
  cachedBytes: number;
}

/** url: the bundle's folder; or the files of such a folder, chosen on disk. */
export function load(source: string | URL | Iterable<File>, options?: LoadOptions): Promise<Recognizer>;
/** Reads the manifest only. */
export function inspect(source: string | URL | Iterable<File>, options?: { signal?: AbortSignal }): Promise<BundleInfo>;
export function cacheSize(): Promise<number>;
export function clearCache(): Promise<void>;

export class Recognizer {
  readonly name: string;
  readonly architecture: string;
  readonly bytes: number;
  /** Whether the browser's cache held all of it when it was loaded: the next time it needs no network. */
  readonly cached: boolean;
  readonly backend: string; // "wasm relaxed simd", "wasm relaxed simd, in pairs", "wasm simd128"
  readonly workers: number; // running now
  readonly heads: HeadInfo[];
  readonly defaultHead: string;
  readonly wasmBytes: number; // the most memory that one worker has taken
  predict(text: string, options?: PredictOptions): Promise<Prediction>;
  /** One run of the encoder for several heads; the predictions in the order of `heads`. */
  predictAll(text: string, heads: string[], options?: PredictOptions): Promise<Prediction[]>;
  /** Tags words that are cut already, sentence by sentence; confidences are the probabilities of these tags. */
  predictWords(
    sentences: string[][],
    options?: Pick<PredictOptions, "head" | "decoder" | "signal">,
  ): Promise<{ tags: string[][]; confidences: number[][] }>;
  /** Starts all workers that there may be, before a long text asks for them. */
  grow(): Promise<void>;
  free(): void;
}
/** Every rejection but an abort (signal.reason). code: "network" | "integrity" | "bundle" | "memory" | "crash" | "freed" | "input" */
export class NeriteError extends Error {
  readonly code: string;
}

// A crash of the worker (a panic in wasm) rejects what was running with code
// "crash"; the next predict starts a fresh worker from the cache by itself.
