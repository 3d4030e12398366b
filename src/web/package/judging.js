// What a worker does to judge: it reads a labelled file and keeps what heads say of it. It needs no bundle.

import { build } from "./bindings.js";
import { refuse } from "./errors.js";

/** The answers to the tasks of the names, for one file at a time. */
export class Judging {
  #judge = null;
  #build;

  /** @param {(wasm: object) => Promise<object>} onBuild hears which wasm it is */
  constructor(onBuild) {
    this.#build = onBuild;
  }

  tasks = {
    readLabelled: async ({ wasm, name, pairs, bytes, options }) => {
      const { Judge } = await this.#build(build(wasm));
      this.free();
      this.#judge = pairs
        ? Judge.readPairs(
            name,
            pairs.map((pair) => pair.name),
            pairs.flatMap(({ text, annotations }) => [text, annotations]),
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
      heads.forEach(({ tags, confidences }, head) => {
        this.#own.add(head, from, tags, confidences, dropped);
      });
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
