// The word that the reader has chosen, or points at, and the panel that speaks of it.

import { byId, excerpt } from "../shared/dom.js";
import { describeTag } from "../shared/tags.js";
import { firstIndex } from "./blocks.js";
import { WordPanel } from "./word-panel.js";

/**
 * @typedef {import("./summary.js").Shown} Shown
 * @typedef {{ side: number, index: number }} Place a word of one of the two columns
 */

/** Pieces of a word that the panel shows together. */
const MOST_PIECES = 12;

export class WordChoice {
  #panel = new WordPanel(byId("word-panel"));
  #views;
  #shown;
  #onWord;
  /**
   * The word that was chosen, and the one in the panel.
   * @type {Place | null}
   */
  #selected = null;
  /** @type {Place | null} */
  #inPanel = null;

  /**
   * @param {import("./result-view.js").ResultView[]} views
   * @param {() => Shown | null} shown what is on show now
   * @param {(offset: number) => void} onWord gets the start of a word that was chosen
   */
  constructor(views, shown, onWord) {
    this.#views = views;
    this.#shown = shown;
    this.#onWord = onWord;
    byId("close-panel").addEventListener("click", () => this.#close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    });
  }

  /** Another result is about to be shown: the choice moves to the nearest word that is in it. */
  move() {
    const predictions = this.#shown()?.predictions ?? [];
    if (!this.#selected || predictions.length === 0) return;
    const { side, index } = this.#selected;
    const { words } = predictions[side] ?? predictions[0];
    this.#selected =
      words.length === 0
        ? null
        : { side: Math.min(side, predictions.length - 1), index: Math.min(index, words.length - 1) };
  }

  /** It is shown: the panel speaks of the chosen word, or else of the first one that is of an entity. */
  follow() {
    const [first] = this.#shown()?.predictions ?? [];
    const start = first && first.words.length > 0 ? { side: 0, index: first.entities[0]?.words[0] ?? 0 } : null;
    const word = this.#selected ?? start;
    if (word) {
      this.#show(word);
    } else {
      this.#inPanel = null;
      this.#panel.clear();
    }
  }

  translate() {
    if (this.#inPanel) this.#show(this.#inPanel);
  }

  /**
   * Shows a word for as long as the reader points at it.
   * @param {number} side
   * @param {number | null} index
   */
  preview(side, index) {
    // Leaving the text goes back to the chosen word; without one, the last word stays to be read.
    if (index !== null) this.#panel.open();
    const word = index === null ? (this.#selected ?? this.#inPanel) : { side, index };
    if (word) this.#show(word);
  }

  /** @param {Place} place */
  select(place) {
    this.#selected = place;
    this.#panel.open();
    this.#show(place);
    const shown = this.#shown();
    const word = shown?.predictions[place.side]?.words[place.index];
    if (!shown || !word) return;
    this.#onWord(word.start);
    byId("word-announcement").textContent =
      `${excerpt(shown.text.slice(word.start, word.end))}: ${describeTag(word.tag)}, ${word.score.toFixed(2)}`;
  }

  /**
   * Goes to the place of the next of these entities, after the last one to the first, in the first column: the other
   * one's words may be others.
   * @param {Iterable<import("../pkg/nerite.js").Entity>} entities
   */
  goToNext(entities) {
    const [own] = this.#shown()?.predictions ?? [];
    if (!own) return;
    const at = this.#selected ? this.#start(this.#selected) : -1;
    let [first, next] = [Infinity, Infinity];
    for (const { start } of entities) {
      const word = firstIndex(own.words.length, (index) => own.words[index].end > start);
      const place = own.words[word]?.start ?? Infinity;
      if (place < first) first = place;
      if (place > at && place < next) next = place;
    }
    const place = Number.isFinite(next) ? next : first;
    this.#views[0].focus(firstIndex(own.words.length, (index) => own.words[index].start >= place));
  }

  /** @param {Place} place */
  #start({ side, index }) {
    return this.#shown()?.predictions[side]?.words[index]?.start ?? -1;
  }

  #close() {
    // The focus goes back to where it came from; that opens the panel, so before it is closed.
    if (byId("word-panel").contains(document.activeElement))
      /** @type {HTMLElement | null} */ (document.querySelector(".word.shown"))?.focus({ preventScroll: true });
    this.#panel.close();
  }

  /** @param {Place} place */
  #show({ side, index }) {
    const shown = this.#shown();
    const prediction = shown?.predictions[side];
    const word = prediction?.words[index];
    if (!shown || !word) return;
    this.#inPanel = { side, index };
    for (const [at, view] of this.#views.entries()) view.show(at === side ? index : null);
    let [from, to] = [index, index + 1];
    while (from > 0 && prediction.words[from]?.continues) from -= 1;
    while (prediction.words[to]?.continues) to += 1;
    const pieces = prediction.words.slice(from, Math.min(to, from + MOST_PIECES)).filter(Boolean);
    this.#panel.show(shown.text, word, prediction.tags, pieces.includes(word) ? pieces : [word]);
  }
}
