// What the package's own files tell each other. Users see nerite.d.ts.
// biome-ignore-all lint/suspicious/noExplicitAny: what engines answer is as their tasks differ

import type { Aggregation, Decoder, Entity, HeadInfo, License, Strategy } from "./nerite.js";

/** A file of a bundle, as its manifest has it; one with `piece_bytes` lies in pieces of so many bytes. */
export interface BundleFile {
  file: string;
  bytes: number;
  sha256: string;
  parts?: string[];
  piece_bytes?: number;
}

/** Where a bundle is: an address, a path on disk, or addresses or files by their path in the folder. */
export interface Where {
  base?: string;
  folder?: string;
  urls?: [path: string, url: string][];
  files?: [path: string, file: Blob][];
}

/** Where the code of a build or of a worker is, or the code itself. */
export interface Place {
  url?: string;
  integrity?: string;
  gzip?: string;
  bytes?: Uint8Array<ArrayBuffer>;
  script?: string;
}

/** Where both builds of the engine are; in Node plain paths or addresses. */
export interface Places<P = Place | string> {
  relaxed: P;
  plain: P;
}

/** How workers are started. */
export interface Starting {
  workers?: number;
  worker?: () => Worker;
  workerUrl?: string | URL;
}

/** What a worker loads. */
export interface Input {
  source: Where;
  cache: boolean;
  wasm?: Places;
}

/** A worker, or what is used like one. */
export interface Port {
  onmessage: ((event: { data: Answer }) => void) | null;
  onerror: ((event: Trouble) => void) | null;
  postMessage(message: object): void;
  terminate(): void;
  /** Whether the program is to stay alive for it. */
  keepAlive?(needed: boolean): void;
}

/** What a worker's events say of a failure. */
export interface Trouble {
  message: string;
  error?: unknown;
  preventDefault?(): void;
}

/** What an engine posts: what it has found, how far it is, or what went wrong. */
export interface Answer {
  id: number;
  result?: any;
  progress?: any;
  error?: Told;
  /** Whether it has to be ended. */
  fatal?: boolean;
  wasmBytes?: number;
  ready?: boolean;
}

/** An error on its way from a worker. */
export interface Told {
  code: string;
  message: string;
}

/** What an engine says of its bundle. */
export interface Loaded {
  name: string;
  source: string;
  license?: License;
  architecture: string;
  bytes: number;
  backend: string;
  heads: HeadInfo[];
  defaultHead: string;
  manifest: Uint8Array;
  kept: boolean;
  wasmBytes: number;
}

/** What is asked of one head. */
export interface Question {
  head: string;
  decoder: Decoder;
  strategy?: Strategy;
  aggregation?: Aggregation;
}

/** An entity of some sentences: words count from their first one. */
export type Found = Pick<Entity, "words" | "type" | "score">;

/** What a head makes of some words. */
export interface Result {
  tags: Uint32Array;
  probabilities: Float32Array;
  entities: Found[];
  doubtful: Found[];
}

/** What is done by whichever worker is free. */
export interface Task {
  /** What the worker is asked; default "predict". */
  name?: string;
  input(): object;
  done(result: any): void;
  /** The place in the queue of what is to be done first; the first one's says it. */
  nearest?(queue: Waiting[]): number;
  run?: Run;
  outline?: unknown;
}

export interface Waiting {
  task: Task;
  done(result: any): void;
  fail(reason: unknown): void;
}

/** Sentences: the first, and the one after the last. */
export type Run = [from: number, to: number];

/** As much of the Cache API as is used of it. */
export interface Storage {
  open(name: string): Promise<Cached>;
  delete(name: string): Promise<unknown>;
}
export interface Cached {
  match(key: any): Promise<Kept | undefined>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly { url: string }[]>;
}
export interface Kept {
  headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer | Uint8Array<ArrayBuffer>>;
}

/** What wasm-bindgen has made of the engine (src/web/src), and its memory. */
export interface Bindings {
  [name: string]: any;
  memory: WebAssembly.Memory;
}
