// The result: asks the recognizer about the newest text, and shows what it says, with one head or two side by side.

import { byId } from "../shared/dom.js";
import { counted, formatNumber, t } from "../shared/i18n.js";
import { afterFrame, oncePerFrame, pacer } from "../shared/pace.js";
import { ask } from "./ask.js";
import { differences } from "./compare.js";
import { ExportMenu } from "./export-menu.js";
import { Filter } from "./filter.js";
import { HeadChoice } from "./head-choice.js";
import { Latest } from "./latest.js";
import { Misfit } from "./misfit.js";
import { ResultView } from "./result-view.js";
import { scrollTogether } from "./scrolling.js";
import { Summary } from "./summary.js";
import { WordChoice } from "./word-choice.js";

/**
 * @typedef {import("../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {import("../pkg/nerite.js").Prediction} Prediction
 * @typedef {import("./head-choice.js").Question} Question
 * @typedef {import("./share-link.js").Settings} Settings
 * @typedef {import("./summary.js").Shown} Shown
 * @typedef {import("./summary.js").Growing} Growing
 */

/** Pause in typing, in milliseconds, after which the text is analysed. */
const TYPING_PAUSE = 120;
/** A text of this many characters is shown before it is analysed, and then part by part. */
const LONG_TEXT = 20_000;
/** How often counts and lists follow the parts of a long text, in milliseconds. */
const PART_PERIOD = 500;
/** Pause after a result before it is announced, so that typing is not talked over. */
const ANNOUNCE_PAUSE = 900;

export class ResultCard {
  #box = byId("result");
  #filter = new Filter();
  #heads = new HeadChoice(() => this.request(false));
  #analysis = new Latest((signal) => this.#analyse(signal));
  #views;
  #word;
  #summary;
  #readText;
  #listener;
  /** @type {Recognizer | null} */
  #recognizer = null;
  /**
   * The name of the model in use, if it is one of the site's.
   * @type {string | null}
   */
  #bundle = null;
  #misfit = new Misfit((bundle) => this.#listener.onBundle(bundle));
  /**
   * What a link wants, until there is a model that can do it.
   * @type {Settings | null}
   */
  #wanted = null;
  /** @type {Shown | null} */
  #shown = null;
  /**
   * The same for a long text whose parts are coming in.
   * @type {Growing | null}
   */
  #partial = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #partTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #announceTimer;
  #version = 0;

  /**
   * @param {() => string | null} readText
   * @param {{ onWord(offset: number): void, onFailure(error: unknown): void, onSuccess(): void, onBundle(name: string): void }} listener
   */
  constructor(readText, listener) {
    this.#readText = readText;
    this.#listener = listener;
    this.#views = [this.#box, byId("result-other")].map(
      (root, side) =>
        new ResultView(root, this.#filter, {
          onPreview: (index) => this.#word.preview(side, index),
          onSelect: (index) => this.#word.select({ side, index }),
        }),
    );
    // While parts come in, words are looked up among those.
    this.#word = new WordChoice(this.#views, () => this.#partial ?? this.#shown, listener.onWord);
    this.#summary = new Summary(this.#filter, {
      onRefilter: () => this.#refilter(),
      onChoose: (word) => this.#views[0].focus(word),
    });
    new ExportMenu(() => this.#result());

    const refilter = oncePerFrame(() => this.#refilter());
    byId("threshold").addEventListener("input", () => {
      this.#filter.threshold = Number(byId("threshold").value);
      byId("threshold-value").textContent = this.#filter.threshold.toFixed(2);
      refilter();
    });
    byId("stop").addEventListener("click", () => this.#analysis.cancel());
    byId("go-on").addEventListener("click", () => this.request(false));
    byId("next-difference").addEventListener("click", () => this.#nextDifference());
    scrollTogether([this.#box, byId("result-other")], () => Boolean(this.#shown?.compared));
  }

  /**
   * Takes another recognizer, or none.
   * @param {Recognizer | null} recognizer
   * @param {string | null} bundle its name if it is one of the site's
   */
  use(recognizer, bundle = null) {
    this.#recognizer = recognizer;
    this.#bundle = bundle;
    this.#analysis.cancel();
    this.#heads.use(recognizer, bundle);
    if (!recognizer) return;
    if (this.#wanted) this.apply(this.#wanted);
    this.request(false);
  }

  get recognizer() {
    return this.#recognizer;
  }

  /**
   * What a link carries beside the text: model, head, the one beside it, threshold, types that are off.
   * @returns {Settings}
   */
  get settings() {
    return { bundle: this.#bundle, ...this.#heads.settings, threshold: this.#filter.threshold, off: this.#filter.off };
  }

  /**
   * Sets what a link carries, as far as the model has it; once there is a model.
   * @param {Settings} settings
   */
  apply(settings) {
    const { threshold, off } = settings;
    this.#filter.threshold = threshold;
    this.#filter.off = off;
    byId("threshold").value = String(threshold);
    byId("threshold-value").textContent = threshold.toFixed(2);
    this.#wanted = this.#recognizer ? null : settings;
    if (!this.#recognizer) return;
    this.#heads.apply(settings);
    this.#refilter();
    this.request(false);
  }

  /**
   * The text, or something that the result depends on, has changed.
   * @param {boolean} soon while more changes may follow at once
   */
  request(soon) {
    this.#markStale();
    this.#analysis.request(soon ? TYPING_PAUSE : 0);
  }

  translate() {
    this.#heads.translate();
    const asked = this.#heads.asked();
    if (asked.length > 1 && !byId("result-other-column").hidden) this.#nameColumns(asked);
    for (const view of this.#views) view.redraw();
    this.#misfit.translate();
    this.#summary.show(this.#shown);
    this.#word.translate();
  }

  /** @param {AbortSignal} signal */
  async #analyse(signal) {
    const text = this.#readText();
    const questions = this.#heads.asked();
    if (questions.length === 0 || text === null) return;
    const inUse = () => questions.every(({ recognizer }) => this.#heads.isInUse(recognizer));
    const current = () => !signal.aborted && inUse();
    const long = text.length > LONG_TEXT;
    try {
      if (text === "") {
        this.#layOut([]);
        await this.#show(text, [], current);
        this.#misfit.look(text, questions[0].recognizer, this.#bundle);
        return;
      }
      if (long) await this.#beginLong(text, questions);
      const predictions = await ask(text, questions, {
        signal,
        visible: () => this.#views[0].visibleRange(),
        onProgress: (progress) => {
          if (this.#partial && current()) this.#partial.progress = progress;
        },
        onPart: (part, side) => {
          if (this.#partial && current()) this.#addPart(this.#partial.predictions[side], part, side);
        },
      });
      if (!current()) return;
      // What is whole is not to be followed by its parts.
      this.#endParts();
      this.#layOut(questions);
      await this.#show(text, predictions, current);
      this.#listener.onSuccess();
      this.#misfit.look(text, questions[0].recognizer, this.#bundle);
    } catch (error) {
      if (!inUse()) return;
      if (!signal.aborted) this.#listener.onFailure(error);
      else if (long) this.#stopped();
    } finally {
      if (long) this.#endLong();
    }
  }

  /**
   * Shows a long text before anything is known of it.
   * @param {string} text
   * @param {Question[]} questions
   */
  async #beginLong(text, questions) {
    /** @type {(question: Question) => import("./summary.js").Begun} */
    const begun = ({ head: { tags } }) => ({ tags, words: [], entities: [] });
    this.#partial = { text, predictions: questions.map(begun), compared: null, progress: { words: 0, total: 0 } };
    this.#layOut(questions);
    this.#box.dataset.busy = "";
    byId("stopped").hidden = true;
    byId("working").hidden = false;
    byId("analysis-progress").value = 0;
    byId("working-count").textContent = "";
    for (const view of this.#views.slice(0, questions.length)) await view.setText(text);
  }

  /** @param {{ words: number, total: number }} progress */
  #showProgress({ words, total }) {
    const bar = byId("analysis-progress");
    bar.max = total;
    bar.value = words;
    byId("working-count").textContent = t("working", { done: formatNumber(words), total: formatNumber(total) });
  }

  /**
   * @param {import("./summary.js").Begun} prediction
   * @param {import("../pkg/nerite.js").Part} part
   * @param {number} side
   */
  #addPart(prediction, part, side) {
    part.words.forEach((word, at) => {
      prediction.words[part.firstWord + at] = word;
    });
    prediction.entities.push(...part.entities);
    this.#views[side].addPart(part);
    this.#partTimer ??= setTimeout(() => this.#followParts(), PART_PERIOD);
  }

  /** Shows how far it is, and what there is by now; the next time may come when that is done. */
  async #followParts() {
    const partial = this.#partial;
    if (!partial) return;
    const pace = pacer();
    this.#showProgress(partial.progress);
    this.#shown = soFar(partial);
    this.#markStale();
    await pace();
    await this.#summary.show(this.#shown, pace);
    if (this.#partial === partial) this.#partTimer = undefined;
  }

  #endParts() {
    clearTimeout(this.#partTimer);
    this.#partTimer = undefined;
    this.#partial = null;
  }

  #endLong() {
    this.#endParts();
    delete this.#box.dataset.busy;
    byId("working").hidden = true;
  }

  /** The reader stopped it, or typed on; in the first case what there is stays. */
  #stopped() {
    if (!this.#partial || this.#readText() !== this.#partial.text) return;
    this.#shown = soFar(this.#partial);
    this.#summary.show(this.#shown);
    byId("stopped").hidden = false;
    byId("stopped-text").textContent = t("stopped", { done: formatNumber(this.#partial.progress.words) });
    this.#announce(t("announce-cancelled"));
  }

  /**
   * One column, or two with the heads' names over them.
   * @param {Question[]} questions
   */
  #layOut(questions) {
    const two = questions.length > 1;
    byId("result-columns").classList.toggle("two", two);
    byId("result-other-column").hidden = !two;
    byId("comparison").hidden = !two;
    this.#nameColumns(two ? questions : []);
    byId("result-head-0").hidden = !two;
  }

  /** @param {Question[]} questions */
  #nameColumns(questions) {
    for (const side of /** @type {const} */ ([0, 1]))
      byId(`result-head-${side}`).textContent = questions[side]?.name ?? "";
  }

  /**
   * @param {string} text
   * @param {Prediction[]} predictions
   * @param {() => boolean} current tells whether this is still wanted
   */
  async #show(text, predictions, current) {
    byId("stopped").hidden = true;
    const [first, second] = predictions;
    const compared = second ? await differences(first, second) : null;
    if (!current()) return;
    if (!first) {
      await this.#views[0].setText("");
      this.#shown = null;
    } else {
      // Before the views, whose focus may choose a word.
      this.#shown = { text, predictions, compared, progress: null };
      this.#word.move();
      for (const [side, prediction] of predictions.entries()) {
        const differing = compared ? [compared.onlyFirst, compared.onlySecond][side] : null;
        await this.#views[side].setText(text);
        await this.#views[side].finish(prediction, differing, current);
        if (!current()) return;
      }
    }
    if (text.length > LONG_TEXT) await afterFrame();
    this.#summary.show(this.#shown);
    this.#word.follow();
    this.#box.dataset.forLength = String(text.length);
    this.#box.dataset.version = String(++this.#version);
    this.#markStale();
    const counts = first && {
      entities: counted("entities", first.entities.length),
      words: counted("words", first.words.length),
    };
    this.#announce(counts ? t("announce", counts) : t("result-empty"));
  }

  #refilter() {
    for (const view of this.#views) view.refilter();
    this.#summary.show(this.#shown);
    this.#announce(byId("summary").textContent);
  }

  /** Goes to the next difference that is on show; while parts come in nothing is compared yet. */
  #nextDifference() {
    const { onlyFirst, onlySecond } = this.#shown?.compared ?? { onlyFirst: [], onlySecond: [] };
    this.#word.goToNext([...onlyFirst, ...onlySecond].filter((entity) => this.#filter.keeps(entity)));
  }

  /** Greys a result while the text box has moved on. */
  #markStale() {
    const whole = this.#shown?.progress === null ? this.#shown.text : "";
    const stale = this.#readText() !== whole && this.#box.dataset.busy === undefined;
    this.#box.classList.toggle("stale", stale);
  }

  /** @param {string | null} message */
  #announce(message) {
    clearTimeout(this.#announceTimer);
    this.#announceTimer = setTimeout(() => {
      byId("announcement").textContent = message;
    }, ANNOUNCE_PAUSE);
  }

  /** For exports. */
  #result() {
    if (this.#shown?.progress !== null) return null;
    const { text, predictions } = this.#shown;
    const [prediction] = predictions;
    const entities = prediction.entities.filter((entity) => this.#filter.keeps(entity));
    return { text, bundle: this.#recognizer?.name ?? "", prediction, entities, threshold: this.#filter.threshold };
  }
}

/**
 * What has come of a long text, in the order of the text; parts that come later do not change it.
 * @param {Growing} partial
 * @returns {Growing}
 */
function soFar(partial) {
  const predictions = partial.predictions.map((own) => ({
    ...own,
    entities: [...own.entities].sort((a, b) => a.start - b.start),
  }));
  return { ...partial, predictions };
}
