/// <reference lib="esnext.disposable" />
// The public interface, hand-written. Long, as it documents all of it. Offsets are UTF-16 code units of the given text.
// Options that are not named here are refused. Whatever a function of yours (onProgress, onPart,
// onHead, visible) throws comes out as it is; an abort rejects with signal.reason; every
// other rejection is a NeriteError.

export interface Progress {
  /** Bytes. */
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
  /** What carries a tag: a word, or a piece (subword) of the raw text, as fine-tuned checkpoints have it. */
  unit: "words" | "pieces";
  /** How the tags mark where entities begin and end. */
  scheme: "bio" | "bioes" | "bilou" | "bare";
  /** Of a head of pieces, what makes entities of them unless another strategy is asked for. */
  strategy?: Strategy;
  /** Empty for a head of words. */
  strategies: Strategy[];
}
/** More may come: `decoders` of a head are those that it can serve. */
export type Decoder = "argmax" | "rules" | "transitions" | (string & {});
/** All but "proper" are Python's `aggregation_strategy`; "proper" goes by the tags' own scheme. */
export type Strategy = "simple" | "first" | "average" | "max" | "proper";
/** On what terms a bundle's weights may be used. */
export interface License {
  name: string;
  attribution?: string;
  url?: string;
}
export type Aggregation = "average" | "first" | "max";

/**
 * A bundle: its folder's address (in Node also a path), relative to the page;
 * `package:NAME`, an npm package that `nerite bundle --npm` has written;
 * `hub:OWNER/NAME@REVISION`, a repository of the hub that holds a bundle;
 * what such an npm package exports: addresses by the files' paths;
 * or the files of a folder, chosen on disk, or the zip file of one.
 */
export type BundleSource = string | URL | Blob | Iterable<File> | Readonly<Record<string, string | URL>>;

export interface LoadOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /**
   * Workers at most; default: by cores and memory, at most 4. More than one are started only when a text is long.
   * 0: none, the engine runs on the thread that asks, as it does in a service worker, where there are no others.
   */
  workers?: number;
  /** Keep downloads: in the Cache API, or in a folder on disk (NERITE_CACHE names it). Default true. */
  cache?: boolean;
  /** Where worker.js is (in Node worker-node.js), for those who serve the package's files themselves. */
  workerUrl?: string | URL;
  /** Where the package's folder `wasm` is, or both of its files. */
  wasmUrl?: string | URL | { relaxed: string | URL; plain: string | URL };
  /** Makes a worker that runs worker.js, for those who want to start it themselves. */
  worker?: () => Worker;
  /** The hub of `hub:` sources; default https://huggingface.co, in Node HF_ENDPOINT. */
  hub?: string | URL;
}
export interface PredictOptions {
  head?: string; // id; default: recognizer.defaultHead
  decoder?: Decoder; // default: the head's own; of several heads, those that have it take it
  aggregation?: Aggregation; // default "average"; of heads of words
  strategy?: Strategy; // default: the head's own; of heads of pieces
  signal?: AbortSignal;
  /** Offsets that are wanted first (what is on the screen). */
  visible?: [number, number] | (() => [number, number]);
  onProgress?: (progress: { words: number; total: number }) => void;
  /** Called with every part as soon as it is there, in any order; of several heads, with the index of its head. */
  onPart?: (part: Part, head: number) => void;
}
/** A word; of a head of pieces, a piece. */
export interface Word {
  start: number;
  end: number;
  tag: string;
  score: number;
  probabilities: Float32Array;
  sentence: number;
  /** It is a piece of the same word as the one before it. */
  continues?: true;
}
export interface Entity {
  start: number;
  end: number;
  type: string;
  text: string;
  score: number;
  /** Indices of its first word, and of the one behind its last. */
  words: [number, number];
}
/** Some whole sentences. `firstWord` is the index of words[0] in the text's words. */
export interface Part {
  firstWord: number;
  words: Word[];
  entities: Entity[];
  /** What is less sure than the head's own threshold: its words are tagged `O`. `redact()` takes it out all the same. */
  doubtful: Entity[];
}
export interface Prediction {
  head: string;
  decoder: Decoder;
  strategy?: Strategy;
  tags: string[];
  words: Word[];
  entities: Entity[];
  /** As in a part. */
  doubtful: Entity[];
  /** Wall-clock time, and the words that an earlier prediction had already (same sentence, head, decoder). */
  milliseconds: number;
  reusedWords: number;
}
/** What a manifest says, before any download. */
export interface BundleInfo {
  name: string;
  architecture: string;
  bytes: number;
  files: { file: string; bytes: number; sha256: string }[];
  heads: { id: string; title: string; bytes: number }[];
  defaultHead: string;
  /** How much of it is here already. */
  cachedBytes: number;
}

/** Fetches a bundle, checks every file against the manifest's sha256, and starts an engine. */
export function load(source: BundleSource, options?: LoadOptions): Promise<Recognizer>;
/** Reads the manifest only. */
export function inspect(source: BundleSource, options?: Pick<LoadOptions, "signal" | "hub">): Promise<BundleInfo>;
/** Bytes of all bundles that are kept. */
export function cacheSize(): Promise<number>;
export function clearCache(): Promise<void>;

export class Recognizer {
  /** `load` makes them. */
  private constructor();
  readonly name: string;
  readonly architecture: string;
  /** The name of the checkpoint that the weights are from. */
  readonly source: string;
  readonly license: License | null;
  readonly bytes: number;
  /** Whether the browser's cache held all of it when it was loaded: the next time it needs no network. */
  readonly cached: boolean;
  readonly backend: string; // such as "wasm relaxed simd"
  readonly workers: number; // running now
  readonly heads: HeadInfo[];
  readonly defaultHead: string;
  readonly wasmBytes: number; // the most memory that one worker has taken
  predict(text: string, options?: PredictOptions): Promise<Prediction>;
  /**
   * One run of the encoder for several heads, or for one under several strategies; the predictions in the order of
   * `heads`.
   */
  predictAll(
    text: string,
    heads: (string | { head: string; strategy?: Strategy })[],
    options?: PredictOptions,
  ): Promise<Prediction[]>;
  /** Tags words that are cut already, sentence by sentence, with a head of words; confidences are the probabilities of these tags. */
  predictWords(
    sentences: string[][],
    options?: Pick<PredictOptions, "head" | "decoder" | "signal">,
  ): Promise<{ tags: string[][]; confidences: number[][] }>;
  /**
   * How the first words of a text, some hundreds, look to the encoder's vocabulary: words with a letter, their subwords,
   * and how many hold something unknown. English under an English vocabulary has some 1.3 subwords a word.
   */
  vocabulary(text: string): Promise<{ words: number; subwords: number; unknown: number }>;
  /**
   * The text without what heads and patterns find in it, so that it can be handed on.
   * @example
   * const redaction = await recognizer.redact("Ann Lee, ann@example.com, asks …");
   * const answer = await chat(redaction.text); // "[PERSON_1], [EMAIL_1], asks …"
   * const whole = await redaction.restore(answer);
   */
  redact(text: string, options?: RedactOptions): Promise<Redaction>;
  /** A trainer with the same bundle, in a worker of its own; to judge heads, in a second one where cores and memory allow. */
  trainer(options?: Pick<LoadOptions, "onProgress" | "signal">): Promise<Trainer>;
  /** Takes a head beside the bundle's: from then on it is among `heads`. An id is made of letters, digits, ".", "-", "_". */
  addHead(id: string, bytes: Uint8Array, options?: { title?: string }): Promise<void>;
  /** The bundle as a zip file, with the heads that were added; `head` is its default one. */
  archive(head?: string): Promise<Uint8Array>;
  /**
   * Judges heads on a labelled file, sentence for sentence as `nerite evaluate` does: the same figures.
   * @example
   * const { types } = await readLabelled(file); // PERSON, CITY, DATE
   * const { reports } = await recognizer.evaluate(file, { map: { PERSON: "PER", CITY: "LOC", DATE: null } });
   * for (const { head, report } of reports) console.log(head, report.entity.strict.f1);
   */
  evaluate(file: LabelledSource, options?: EvaluateOptions): Promise<Evaluated>;
  /** Starts all workers that there may be, before a long text asks for them. */
  grow(): Promise<void>;
  /** Ends all workers; what was asked of them rejects with code "freed". */
  free(): void;
  [Symbol.dispose](): void;
}
export interface RedactOptions {
  /** Heads of this recognizer that look; default: its default head. `[]`: patterns alone. */
  heads?: string[];
  /** Recognizers with other bundles that look, too, for instance one for personal data beside a general one. */
  also?: { recognizer: Recognizer; head?: string }[];
  /** Whether addresses of mail and web, phone, card and account numbers, keys and the like are looked for; default true. */
  patterns?: boolean;
  /**
   * When what one head finds counts only if another one finds it, too, of the types that both know. Default "doubtful":
   * names in small letters where there are capitals, and single words with a low score.
   */
  confirm?: "never" | "doubtful" | "always";
  /** What is taken out; default: every type but those that say nothing of a person (organizations, times, numbers). */
  types?: string[];
  /** What a head found with a lower score is left; an object says it by type, `default` for the others. Default 0. */
  threshold?: number | Record<string, number>;
  /** `[PERSON_1]`, which can be restored; a mask (█); or nothing. */
  style?: "placeholder" | "mask" | "remove";
  /** Values that are left, in whatever case. */
  keep?: string[];
  /** Values that are taken out wherever they stand, in whatever case. */
  always?: string[];
  /** Places that are left. */
  keepAt?: [number, number][];
  /** Places that are taken out. */
  marks?: Mark[];
  /** Whether a name that was found is taken out everywhere else in the text, too; default true. */
  everywhere?: boolean;
  /** The table of an earlier redaction, whose placeholders go on: the same value has the same one. */
  table?: string;
  signal?: AbortSignal;
  visible?: [number, number] | (() => [number, number]);
  onProgress?: (progress: { words: number; total: number }) => void;
}
/** A place of a text at which something was taken out, or left because of its score. */
export interface RedactedPlace {
  start: number;
  end: number;
  /** As placeholders name it: `PERSON`. */
  type: string;
  score: number;
  origin: "head" | "pattern" | "repeated" | "user";
  /** Start and end of what stands there in the redacted text. */
  redacted?: [number, number];
  placeholder?: string;
}
/** `Recognizer.redact` makes them. It holds everything that was taken out, in memory. */
export class Redaction {
  private constructor();
  /** The text without what was taken out. */
  readonly text: string;
  readonly hidden: RedactedPlace[];
  /** What was found and left, because of its score. */
  readonly left: RedactedPlace[];
  /** What was looked for, and of that what is taken out. */
  readonly knownTypes: string[];
  readonly takenTypes: string[];
  /** What the placeholders stand for. */
  readonly entries: { placeholder: string; type: string; number: number; forms: string[] }[];
  /** The table as a file: JSON, with everything that was taken out. `nerite restore --table` reads it, too. */
  table(): string;
  /** The values put back into a text that holds placeholders, in whatever way a language model writes them. */
  restore(text: string): Promise<string>;
  /** The same for a text that comes in pieces: `response.pipeThrough(new TextDecoderStream()).pipeThrough(redaction.restorer())`. */
  restorer(): TransformStream<string, string>;
  /** The same text with other options: what is not named stays as it was. Nothing is read again. */
  again(options: Omit<RedactOptions, "heads" | "also">): Promise<Redaction>;
  /** Where a place of the redacted text is in the original one, and the other way. */
  toOriginal(at: number): number;
  toRedacted(at: number): number;
}
/** A labelled file: the file, its bytes, its text, or BRAT's pairs of files (NAME.txt and NAME.ann). */
export type LabelledSource = Blob | Uint8Array | ArrayBuffer | string | Iterable<Blob>;
/** How a labelled file is to be read, where its contents do not tell: the options of `nerite evaluate`. */
export interface ReadingOptions {
  /** What reports and errors call it; default: the file's own name. */
  name?: string;
  /** More may come: `nerite corpus --help` lists them. */
  format?: "csv" | "conll" | "conllu" | "json" | "brat" | (string & {});
  encoding?: string;
  scheme?: "iob1" | "iob2" | "bioes" | "io";
  /** A column's name, or its number from 1 on. */
  wordColumn?: string;
  tagColumn?: string;
  /** The column of what tells the sentences of a table apart. */
  sentenceColumn?: string;
  /** What tags stand for that are numbers, from 0. */
  labels?: string[];
  signal?: AbortSignal;
}
/** What a labelled file holds. */
export interface Labelled {
  name: string;
  format: string;
  encoding: string;
  scheme: string;
  /** What was found out about it, in one line; `notes` are its parts. */
  found: string;
  notes: string[];
  /** Of the decompressed file. */
  sha256: string;
  sentences: number;
  words: number;
  types: { type: string; entities: number }[];
  /** What it holds as texts with marks, for `Trainer.train`, if `texts` was asked for. */
  documents?: { text: string; marks: Mark[] }[];
}
export interface EvaluateOptions extends ReadingOptions {
  /** Ids; default: all of the bundle. */
  heads?: string[];
  /**
   * What types become, in the file and in what heads find, before they are compared: { geo: "LOC", art: null }, or
   * "geo=LOC,art=O". LOC stays itself; types that are left out are not judged, unless "*=*" is among the pairs of a text.
   * A text is read as `nerite evaluate --map` reads it: "a=b=c" makes a to b=c. In an object, a type with a comma, an
   * equals sign or a blank in its name can be dropped (null), and is refused where it would have to be written.
   */
  map?: Readonly<Record<string, string | null>> | string;
  /** Judge only these, after `map`. */
  types?: string[];
  decoder?: Decoder; // default: each head's own
  onProgress?: (progress: { stage: "judge" | "figures"; done: number; total: number }) => void;
}
/** Precision, recall, F1 and more. */
export interface EntityScores {
  precision: number;
  recall: number;
  f1: number;
  [other: string]: unknown;
}
/** A report as `nerite evaluate` writes it, in part. */
export interface Report {
  title: string;
  entity: {
    strict: EntityScores;
    lenient: EntityScores;
    exact: EntityScores;
    partial: EntityScores;
    type: EntityScores;
  };
  words: { judged: number; without_subword: number };
  /** The headlines by name: accuracy, entity_f1 and others. */
  figures: Record<string, number>;
  [other: string]: unknown;
}
export interface Evaluated {
  read: Labelled;
  /** In the order of the heads. `fittedOn` is the split if a head was fitted on this very file: its figures flatter it. */
  reports: { head: string; json: string; report: Report; fittedOn: string | null }[];
  /** The words of all sentences. */
  words: string[][];
  milliseconds: number;
}
/** Looks at a labelled file, of any format that `nerite corpus` reads, plain or gzipped. It needs no bundle. */
export function readLabelled(
  file: LabelledSource,
  options?: ReadingOptions & { texts?: boolean } & Pick<LoadOptions, "workers" | "worker" | "workerUrl" | "wasmUrl">,
): Promise<Labelled>;

/** A stretch of a text with a type, which has no spaces. */
export interface Mark {
  start: number;
  end: number;
  type: string;
}
export interface TrainOptions {
  types: string[];
  /** A head of the bundle (mlp or context) whose knowledge is begun with: a few sentences then do for more. */
  from?: string;
  /**
   * Learn no more than the last layer of `from` anew (default false): better with fewer than 30 sentences, and a head
   * that knows many texts, as `general`.
   */
  lastLayer?: boolean;
  seed?: number; // default 0; the same documents and seed give the same bytes
  /** Say how good it is, by cross-validation over documents (default true). */
  judge?: boolean;
  onProgress?: (progress: { stage: "encode" | "fit" | "judge"; done: number; total: number; loss?: number }) => void;
  /** Called as soon as there is a head, before it has been judged. */
  onHead?: (made: { head: Uint8Array; losses: number[]; milliseconds: number }) => void;
  signal?: AbortSignal;
}
export interface Trained {
  /** The bytes of head.safetensors, for `Recognizer.addHead`. */
  head: Uint8Array;
  /** The mean loss per word of every step. */
  losses: number[];
  /** By cross-validation, strict; `type` is "" for all types together. `low` and `high` bound 95 % of F1. */
  figures:
    | { type: string; precision: number; recall: number; f1: number; support: number; low: number; high: number }[]
    | null;
  folds: number;
  /** Of every document; `widened` marks ended inside of a word, `lost` ones held none or overlapped. */
  added: { sentences: number; words: number; marks: number; widened: number; lost: number }[];
  milliseconds: number;
  allMilliseconds: number;
}
/**
 * Fits heads to marks. Documents without marks are examples of texts without entities.
 * @example
 * const trainer = await recognizer.trainer();
 * const marks = [{ start: 0, end: 4, type: "SHIP" }];
 * const { head, figures } = await trainer.train([{ text: "Argo sailed.", marks }], { types: ["SHIP"], from: "best" });
 * await recognizer.addHead("ships", head);
 */
export class Trainer {
  train(documents: { text: string; marks: Mark[] }[], options: TrainOptions): Promise<Trained>;
  free(): void;
}

/** Kinds of trouble; more may come. */
export type ErrorCode =
  /** What was handed in is not what it should be. */
  | "input"
  /** What was found is no bundle, or one of another version. */
  | "bundle"
  /** A file is not the one that the manifest names. */
  | "integrity"
  /** A file of the bundle cannot be had. */
  | "network"
  /** A file of this package cannot be had, or is another one. */
  | "package"
  /** There is too little memory; no further workers are started after that. */
  | "memory"
  /** The page's Content-Security-Policy forbids the worker or WebAssembly. */
  | "policy"
  /** The engine has failed; the next question starts a fresh one. */
  | "crash"
  /** `free()` was called. */
  | "freed"
  /** A training was told to stop; where a signal told it, it rejects with the signal's reason instead. */
  | "stopped";

export class NeriteError extends Error {
  constructor(code: ErrorCode, message: string, options?: ErrorOptions);
  readonly code: ErrorCode;
}
