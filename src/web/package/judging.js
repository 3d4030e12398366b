// What a worker does to judge: it reads a labelled file and keeps what heads say of it. It needs no bundle.

/** @import { Bindings, Places } from "./internal.js" */

import { build } from "./bindings.js";
import { refuse } from "./errors.js";

/** The answers to the tasks of the names, for one file at a time. */
export class Judging {
  /** @type {any} */
  #judge = null;
  #build;

  /** @param {(wasm: Promise<Bindings>) => Promise<Bindings>} onBuild hears which wasm it is */
  constructor(onBuild) {
    this.#build = onBuild;
  }

  /** @type {Record<string, (input: any) => any>} */
  tasks = {
    readLabelled: async ({ wasm, name, pairs, bytes, options }) => {
      const { Judge } = await this.#build(build(wasm));
      this.free();
      this.#judge = pairs
        ? Judge.readPairs(
            name,
            pairs.map((/** @type {{ name: string }} */ pair) => pair.name),
            pairs.flatMap((/** @type {{ text: Uint8Array, annotations: Uint8Array }} */ { text, annotations }) => [
              text,
              annotations,
            ]),
            options,
          )
        : Judge.read(name, bytes, options);
      return this.#judge.describe();
    },
    documents: () => this.#own.documents(),
    beginJudging: ({ candidates, map, types }) => this.#own.begin(candidates, map, types),
    sentences: ({ from, to }) => this.#own.sentences(from, to),
    words: ({ from, to }) => this.#own.words(from, to),
    addSaid: ({ from, heads, dropped }) => {
      heads.forEach(
        (
          /** @type {{ tags: Uint32Array, confidences: Float32Array }} */ { tags, confidences },
          /** @type {number} */ head,
        ) => {
          this.#own.add(head, from, tags, confidences, dropped);
        },
      );
    },
    report: ({ head, circumstances }) => this.#own.report(head, circumstances),
  };

  get #own() {
    return this.#judge ?? refuse("input", "no labelled file has been read");
  }

  free() {
    this.#judge?.free();
    this.#judge = null;
  }
}
