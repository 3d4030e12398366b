// What is said of a result around its text: counts, time, legend, list of entities.

import { byId } from "../shared/dom.js";
import { counted, duration, formatNumber, t } from "../shared/i18n.js";
import { afterFrame, pacer } from "../shared/pace.js";
import { EntityList } from "./entity-list.js";
import { renderLegend } from "./legend.js";

/**
 * @typedef {import("../pkg/nerite.js").Entity} Entity
 * @typedef {import("../pkg/nerite.js").Prediction} Prediction
 * @typedef {Pick<Prediction, "tags" | "words" | "entities">} Begun
 * @typedef {{ text: string, predictions: Begun[], compared: null, progress: { words: number, total: number } }} Growing
 *   a long text and what has come by now of what one head or two say of it: words may be missing
 * @typedef {{
 *   text: string,
 *   predictions: Prediction[],
 *   compared: { onlyFirst: Set<Entity>, onlySecond: Set<Entity>, byPlace: boolean } | null,
 *   progress: null,
 * }} Whole a text, and all that they say of it
 * @typedef {Growing | Whole} Shown
 */

/** With so many entities, what is said of them is laid out in two frames. */
const MANY = 1000;

export class Summary {
  #filter;
  #onRefilter;
  #list;
  /** Counts what is to be shown: only the latest is. */
  #version = 0;

  /**
   * @param {import("./filter.js").Filter} filter
   * @param {{ onRefilter(): void, onChoose(word: number): void }} listener
   */
  constructor(filter, { onRefilter, onChoose }) {
    this.#filter = filter;
    this.#onRefilter = onRefilter;
    this.#list = new EntityList(byId("entities"), byId("entities-more"), byId("entities-search"), onChoose);
  }

  /**
   * Shows it, by what the filter lets through. The counts are there at once, for they are announced; the others follow,
   * a long text's in pieces.
   * @param {Shown | null} shown
   */
  async show(shown, pace = pacer()) {
    const own = ++this.#version;
    const [prediction, other] = shown?.predictions ?? [];
    const entities = prediction?.entities ?? [];
    const others = other?.entities ?? [];
    byId("legend-row").hidden = entities.length + others.length === 0;
    byId("copy").disabled = byId("download").disabled = !shown || shown.progress !== null;
    const kept = this.#count(entities);
    byId("summary").textContent = shown ? counts(shown, kept).join(", ") : "";
    byId("time").textContent = shown?.progress === null ? timing(shown.predictions[0]) : "";
    this.#compare(shown?.compared ?? null, kept);
    await pace();
    if (own !== this.#version) return;
    renderLegend(byId("types"), entities, others, this.#filter, this.#onRefilter);
    // A frame each for the legend and the list.
    if (entities.length > MANY) await afterFrame();
    if (own === this.#version) await this.#list.render(entities, this.#filter, pace);
  }

  /**
   * @param {Whole["compared"]} compared
   * @param {number} kept entities of the first head
   */
  #compare(compared, kept) {
    const first = compared ? this.#count(compared.onlyFirst) : 0;
    const second = compared ? this.#count(compared.onlySecond) : 0;
    byId("next-difference").disabled = first + second === 0;
    const figures = {
      same: formatNumber(kept - first),
      first: formatNumber(first),
      second: formatNumber(second),
      marker: "\u2260",
    };
    byId("comparison-text").textContent = compared
      ? [t("compare-summary", figures), compared.byPlace ? t("compare-by-place") : ""].filter(Boolean).join(" ")
      : "";
  }

  /**
   * How many of these entities the filter lets through.
   * @param {Iterable<Entity>} entities
   */
  #count(entities) {
    let kept = 0;
    for (const entity of entities) if (this.#filter.keeps(entity)) kept += 1;
    return kept;
  }
}

/**
 * @param {Shown} shown
 * @param {number} kept
 */
function counts({ predictions: [prediction], progress }, kept) {
  if (!prediction) return [];
  const hidden = prediction.entities.length - kept;
  return [
    counted("words", progress ? progress.words : prediction.words.length),
    counted("entities", kept),
    ...(hidden > 0 ? [t("hidden", { count: formatNumber(hidden) })] : []),
  ];
}

/** @param {Prediction} prediction */
function timing({ milliseconds, reusedWords }) {
  const time = duration(milliseconds);
  return reusedWords > 0 ? t("reused", { time, words: counted("words", reusedWords) }) : time;
}
