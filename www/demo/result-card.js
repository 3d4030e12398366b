// The result: asks the recognizer about the newest text, and shows what it says, with one head or two side by side.

import { byId, element, excerpt, option } from "../shared/dom.js";
import { counted, duration, formatNumber, t } from "../shared/i18n.js";
import { afterFrame, oncePerFrame, pacer } from "../shared/pace.js";
import { describeTag } from "../shared/tags.js";
import { differences } from "./compare.js";
import { EntityList } from "./entity-list.js";
import { ExportMenu } from "./export-menu.js";
import { Filter } from "./filter.js";
import { aboutOf, nameOf } from "./heads.js";
import { Latest } from "./latest.js";
import { renderLegend } from "./legend.js";
import { Misfit } from "./misfit.js";
import { ResultView } from "./result-view.js";
import { WordPanel } from "./word-panel.js";

/** Pause in typing, in milliseconds, after which the text is analysed. */
const TYPING_PAUSE = 120;
/** A text of this many characters is shown before it is analysed, and then part by part. */
const LONG_TEXT = 20_000;
/** Between a head's id and a strategy, in a choice of both; no id has it. */
const STRATEGY = "\n";
/** Pieces of a word that the panel shows together. */
const MOST_PIECES = 12;
/** With so many entities, what is said of them is laid out in two frames. */
const MANY = 1000;
/** How often counts and lists follow the parts of a long text, in milliseconds. */
const PART_PERIOD = 500;
/** Pause after a result before it is announced, so that typing is not talked over. */
const ANNOUNCE_PAUSE = 900;

export class ResultCard {
  #box = byId("result");
  #head = byId("head");
  #compare = byId("compare");
  #decoder = byId("decoder");
  #aggregation = byId("aggregation");
  #filter = new Filter();
  #panel = new WordPanel(byId("word-panel"));
  #analysis = new Latest((signal) => this.#analyse(signal));
  #views;
  #list;
  #readText;
  #listener;
  #recognizer = null;
  /** The name of the model in use, if it is one of the site's. */
  #bundle = null;
  #misfit = new Misfit((bundle) => this.#listener.onBundle(bundle));
  /** What a link wants, until there is a model that can do it. */
  #wanted = null;
  /** What is on show: `{ text, predictions, sides, complete }`; the words of a side may have gaps until it is complete. */
  #shown = null;
  /** The same for a long text whose parts are coming in. */
  #partial = null;
  /** The word that was chosen, and the one in the panel, as `{ side, index }`. */
  #selected = null;
  #inPanel = null;
  #partTimer = null;
  #announceTimer = null;
  #version = 0;
  #sides = 0;

  /**
   * @param {() => string | null} readText
   * @param {{ onWord(offset: number): void, onFailure(error): void, onSuccess(): void, onBundle(name: string): void }} listener
   */
  constructor(readText, listener) {
    this.#readText = readText;
    this.#listener = listener;
    this.#views = [this.#box, byId("result-other")].map(
      (root, side) =>
        new ResultView(root, this.#filter, {
          onPreview: (index) => this.#preview(side, index),
          onSelect: (index) => this.#select(side, index),
        }),
    );
    this.#list = new EntityList(byId("entities"), byId("entities-more"), byId("entities-search"), (word) =>
      this.#views[0].focus(word),
    );
    new ExportMenu(() => this.#result());

    this.#head.addEventListener("change", () => {
      this.#fillDecoders();
      this.request(false);
    });
    for (const select of [this.#compare, this.#decoder, this.#aggregation])
      select.addEventListener("change", () => this.request(false));
    const refilter = oncePerFrame(() => this.#refilter());
    byId("threshold").addEventListener("input", ({ target }) => {
      this.#filter.threshold = Number(target.value);
      byId("threshold-value").textContent = Number(target.value).toFixed(2);
      refilter();
    });
    byId("stop").addEventListener("click", () => this.#analysis.cancel());
    byId("go-on").addEventListener("click", () => this.request(false));
    byId("next-difference").addEventListener("click", () => this.#nextDifference());
    byId("close-panel").addEventListener("click", () => this.#closePanel());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#closePanel();
    });
    this.#syncScrolling();
  }

  /** Takes another recognizer, or none; `bundle` is its name if it is one of the site's. */
  use(recognizer, bundle = null) {
    this.#recognizer = recognizer;
    this.#bundle = bundle;
    this.#analysis.cancel();
    for (const select of [this.#head, this.#compare, this.#decoder, this.#aggregation]) select.disabled = !recognizer;
    if (!recognizer) return;
    this.#fillHeads();
    if (this.#wanted) this.apply(this.#wanted);
    this.request(false);
  }

  get recognizer() {
    return this.#recognizer;
  }

  /** What a link carries beside the text: head, the one beside it, threshold, types that are off. */
  get settings() {
    return {
      head: this.#head.value,
      compare: this.#compare.value,
      threshold: this.#filter.threshold,
      off: this.#filter.off,
    };
  }

  /** Sets what a link carries, as far as the model has it; once there is a model. */
  apply({ head, compare, threshold, off }) {
    this.#filter.threshold = threshold;
    this.#filter.off = off;
    byId("threshold").value = threshold;
    byId("threshold-value").textContent = threshold.toFixed(2);
    this.#wanted = this.#recognizer ? null : { head, compare, threshold, off };
    if (!this.#recognizer) return;
    const has = (select, value) => Array.from(select.options).some((option) => option.value === value);
    if (has(this.#head, head)) this.#head.value = head;
    if (has(this.#compare, compare)) this.#compare.value = compare;
    this.#fillDecoders();
    this.#refilter();
    this.request(false);
  }

  /** The text, or something that the result depends on, has changed. */
  request(soon) {
    this.#markStale();
    this.#analysis.request(soon ? TYPING_PAUSE : 0);
  }

  translate() {
    if (this.#recognizer) this.#fillHeads();
    for (const view of this.#views) view.redraw();
    this.#misfit.translate();
    this.#showSides();
    if (this.#inPanel) this.#showWord(this.#inPanel);
  }

  #fillHeads() {
    const { heads, defaultHead } = this.#recognizer;
    const fill = (select, options, fallback) => {
      const chosen = select.value;
      select.replaceChildren(...options);
      select.value = options.some(({ value }) => value === chosen) ? chosen : fallback;
    };
    const headOptions = () => heads.map((head) => option(head.id, nameOf(head, this.#bundle)));
    fill(this.#head, headOptions(), defaultHead);
    const strategies = heads.flatMap((head) =>
      head.strategies.map((strategy) => {
        const name = t("head-strategy", { head: nameOf(head, this.#bundle), strategy });
        return option(`${head.id}${STRATEGY}${strategy}`, name);
      }),
    );
    const words = heads
      .filter(({ unit }) => unit === "words")
      .map((head) => option(head.id, nameOf(head, this.#bundle)));
    fill(this.#compare, [option("", t("compare-none")), ...words, ...strategies], "");
    this.#fillDecoders();
  }

  #fillDecoders() {
    const head = this.#recognizer.heads.find(({ id }) => id === this.#head.value);
    this.#showAbout(head);
    const chosen = this.#decoder.value;
    // A head of pieces has strategies instead, which give an entity its score as well.
    const [kind, choices, own] =
      head.unit === "pieces" ? ["strategy", head.strategies, head.strategy] : ["decoder", head.decoders, head.decoder];
    this.#decoder.replaceChildren(...choices.map((choice) => option(choice, t(`${kind}-${choice}`))));
    this.#decoder.value = choices.includes(chosen) && this.#decoder.dataset.chosenFor === head.id ? chosen : own;
    this.#decoder.dataset.chosenFor = head.id;
    byId("decoder-label").dataset.i18n = kind;
    byId("decoder-label").textContent = t(kind);
    this.#aggregation.disabled = head.unit === "pieces";
  }

  /** The head, and the other one or the other strategy, as the package takes them. */
  #asked() {
    const pieces = this.#recognizer?.heads.find(({ id }) => id === this.#head.value)?.unit === "pieces";
    const first = pieces ? { head: this.#head.value, strategy: this.#decoder.value } : this.#head.value;
    const [head, strategy] = this.#compare.value.split(STRATEGY);
    const second = strategy ? { head, strategy } : head;
    const isOther = head !== "" && JSON.stringify(first) !== JSON.stringify(second);
    return isOther ? [first, second] : [first];
  }

  #showAbout(head) {
    const { text, report } = aboutOf(head, this.#bundle);
    const link = report ? [" ", element("a", { href: report }, t("head-report"))] : [];
    byId("head-about").replaceChildren(text, ...link);
  }

  async #analyse(signal) {
    const recognizer = this.#recognizer;
    const text = this.#readText();
    if (!recognizer || text === null) return;
    const heads = this.#asked();
    const current = () => !signal.aborted && recognizer === this.#recognizer;
    const long = text.length > LONG_TEXT;
    try {
      if (text === "") {
        await this.#show(text, [], current);
        return;
      }
      if (long) await this.#beginLong(text, heads);
      const options = {
        [typeof heads[0] === "string" ? "decoder" : "strategy"]: this.#decoder.value,
        aggregation: this.#aggregation.value,
        signal,
        visible: () => this.#views[0].visibleRange(),
        onProgress: (progress) => {
          if (long && current()) this.#partial.progress = progress;
        },
        onPart: (part, side) => {
          if (long && current()) this.#addPart(part, side);
        },
      };
      // Where the other head has not the chosen decoder, it takes its own.
      const predictions = await recognizer.predictAll(text, heads, options);
      if (!current()) return;
      // What is whole is not to be followed by its parts.
      this.#endParts();
      await this.#show(text, predictions, current);
      this.#listener.onSuccess();
      this.#misfit.look(text, this.#bundle);
    } catch (error) {
      if (recognizer !== this.#recognizer) return;
      if (!signal.aborted) this.#listener.onFailure(error);
      else if (long) this.#stopped();
    } finally {
      if (long) this.#endLong();
    }
  }

  /** Shows a long text before anything is known of it. */
  async #beginLong(text, heads) {
    const idOf = (head) => head.head ?? head;
    const begun = (head) => ({
      head: idOf(head),
      tags: this.#recognizer.heads.find(({ id }) => id === idOf(head))?.tags ?? [],
      words: [],
      entities: [],
    });
    this.#partial = { text, predictions: heads.map(begun), complete: false, progress: { words: 0, total: 0 } };
    this.#layOut(heads);
    this.#box.dataset.busy = "";
    byId("stopped").hidden = true;
    byId("working").hidden = false;
    byId("analysis-progress").value = 0;
    byId("working-count").textContent = "";
    for (const view of this.#views.slice(0, heads.length)) await view.setText(text);
  }

  #showProgress({ words, total }) {
    const bar = byId("analysis-progress");
    bar.max = total;
    bar.value = words;
    byId("working-count").textContent = t("working", { done: formatNumber(words), total: formatNumber(total) });
  }

  #addPart(part, side) {
    const prediction = this.#partial.predictions[side];
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
    const pace = pacer();
    this.#showProgress(partial.progress);
    this.#shown = this.#soFar();
    this.#markStale();
    await pace();
    await this.#showSides(pace);
    if (this.#partial === partial) this.#partTimer = null;
  }

  /** What has come of a long text, in the order of the text; parts that come later do not change it. */
  #soFar() {
    const inOrder = (entities) => [...entities].sort((a, b) => a.start - b.start);
    return {
      ...this.#partial,
      predictions: this.#partial.predictions.map((own) => ({ ...own, entities: inOrder(own.entities) })),
    };
  }

  #endParts() {
    clearTimeout(this.#partTimer);
    this.#partTimer = null;
    this.#partial = null;
  }

  #endLong() {
    this.#endParts();
    delete this.#box.dataset.busy;
    byId("working").hidden = true;
  }

  /** The reader stopped it, or typed on; in the first case what there is stays. */
  #stopped() {
    if (this.#readText() !== this.#partial?.text) return;
    this.#shown = this.#soFar();
    this.#showSides();
    byId("stopped").hidden = false;
    byId("stopped-text").textContent = t("stopped", { done: formatNumber(this.#shown.progress.words) });
    this.#announce(t("announce-cancelled"));
  }

  /** One column, or two with the heads' names over them. */
  #layOut(heads) {
    const two = heads.length > 1;
    byId("result-columns").classList.toggle("two", two);
    byId("result-other-column").hidden = !two;
    byId("comparison").hidden = !two;
    heads.forEach((asked, side) => {
      const { head, strategy } = typeof asked === "string" ? { head: asked } : asked;
      const name = nameOf(this.#recognizer?.heads.find(({ id }) => id === head) ?? { id: head }, this.#bundle);
      const shown = strategy ? t("head-strategy", { head: name, strategy }) : name;
      byId(`result-head-${side}`).textContent = two ? shown : "";
    });
    byId("result-head-0").hidden = !two;
  }

  async #show(text, predictions, current) {
    this.#layOut(predictions.map(({ head, strategy }) => ({ head, strategy })));
    byId("stopped").hidden = true;
    const compared =
      predictions.length > 1 ? await differences(predictions[0].entities, predictions[1].entities) : null;
    if (!current()) return;
    if (predictions.length === 0) {
      await this.#views[0].setText("");
      this.#shown = null;
    } else {
      // Before the views, whose focus may choose a word.
      this.#shown = { text, predictions, compared, complete: true };
      if (this.#selected) {
        const { words } = predictions[this.#selected.side] ?? predictions[0];
        this.#selected =
          words.length === 0
            ? null
            : {
                side: Math.min(this.#selected.side, predictions.length - 1),
                index: Math.min(this.#selected.index, words.length - 1),
              };
      }
      for (const [side, prediction] of predictions.entries()) {
        await this.#views[side].setText(text);
        await this.#views[side].finish(
          prediction,
          compared && (side === 0 ? compared.onlyFirst : compared.onlySecond),
          current,
        );
        if (!current()) return;
      }
    }
    if (text.length > LONG_TEXT) await afterFrame();
    this.#showSides();
    const [first] = predictions;
    const word =
      this.#selected ?? (first?.words.length > 0 ? { side: 0, index: first.entities[0]?.words[0] ?? 0 } : null);
    if (word === null) {
      this.#inPanel = null;
      this.#panel.clear();
    } else {
      this.#showWord(word);
    }
    this.#box.dataset.forLength = text.length;
    this.#box.dataset.version = ++this.#version;
    this.#markStale();
    this.#announce(
      first
        ? t("announce", {
            entities: counted("entities", first.entities.length),
            words: counted("words", first.words.length),
          })
        : t("result-empty"),
    );
  }

  /**
   * Counts, legend and list, by what the filter lets through. The counts are there at once, for they are announced; the
   * others follow, a long text's in pieces.
   */
  async #showSides(pace = pacer()) {
    const own = ++this.#sides;
    const [prediction, other] = this.#shown?.predictions ?? [];
    const entities = prediction?.entities ?? [];
    const others = other?.entities ?? [];
    const kept = this.#count(entities);
    const hidden = entities.length - kept;
    byId("legend-row").hidden = entities.length + others.length === 0;
    byId("copy").disabled = byId("download").disabled = !this.#shown?.complete;
    const counts = prediction
      ? [
          counted("words", this.#shown.complete ? prediction.words.length : this.#shown.progress.words),
          counted("entities", kept),
          ...(hidden > 0 ? [t("hidden", { count: formatNumber(hidden) })] : []),
        ]
      : [];
    byId("summary").textContent = counts.join(", ");
    byId("time").textContent = this.#timing(prediction);
    const { compared } = this.#shown ?? {};
    if (!compared) {
      byId("next-difference").disabled = true;
      byId("comparison-text").textContent = "";
    } else {
      const first = this.#count(compared.onlyFirst);
      const second = this.#count(compared.onlySecond);
      byId("next-difference").disabled = first + second === 0;
      byId("comparison-text").textContent = t("compare-summary", {
        same: formatNumber(kept - first),
        first: formatNumber(first),
        second: formatNumber(second),
        marker: "\u2260",
      });
    }
    await pace();
    if (own !== this.#sides) return;
    renderLegend(byId("types"), entities, others, this.#filter, () => this.#refilter());
    // A frame each for the legend and the list.
    if (entities.length > MANY) await afterFrame();
    if (own === this.#sides) await this.#list.render(entities, this.#filter, pace);
  }

  #timing(prediction) {
    if (!this.#shown?.complete || !prediction) return "";
    const time = duration(prediction.milliseconds);
    return prediction.reusedWords > 0 ? t("reused", { time, words: counted("words", prediction.reusedWords) }) : time;
  }

  #refilter() {
    for (const view of this.#views) view.refilter();
    this.#showSides();
    this.#announce(byId("summary").textContent);
  }

  /** How many of these entities the filter lets through. */
  #count(entities) {
    let kept = 0;
    for (const entity of entities) if (this.#filter.keeps(entity)) kept += 1;
    return kept;
  }

  #closePanel() {
    // The focus goes back to where it came from; that opens the panel, so before it is closed.
    if (byId("word-panel").contains(document.activeElement))
      document.querySelector(".word.shown")?.focus({ preventScroll: true });
    this.#panel.close();
  }

  #preview(side, index) {
    // Leaving the text goes back to the chosen word; without one, the last word stays to be read.
    if (index !== null) this.#panel.open();
    const word = index === null ? (this.#selected ?? this.#inPanel) : { side, index };
    if (word) this.#showWord(word);
  }

  #select(side, index) {
    this.#selected = { side, index };
    this.#panel.open();
    this.#showWord(this.#selected);
    const shown = this.#current();
    const word = shown?.predictions[side]?.words[index];
    if (word) this.#listener.onWord(word.start);
    if (word)
      byId("word-announcement").textContent =
        `${excerpt(shown.text.slice(word.start, word.end))}: ${describeTag(word.tag)}, ${word.score.toFixed(2)}`;
  }

  /** While parts come in, words are looked up among those. */
  #current() {
    return this.#partial ?? this.#shown;
  }

  #showWord({ side, index }) {
    const shown = this.#current();
    const prediction = shown?.predictions[side];
    const word = prediction?.words[index];
    if (!word) return;
    this.#inPanel = { side, index };
    for (const [at, view] of this.#views.entries()) view.show(at === side ? index : null);
    let [from, to] = [index, index + 1];
    while (from > 0 && prediction.words[from]?.continues) from -= 1;
    while (prediction.words[to]?.continues) to += 1;
    const pieces = prediction.words.slice(from, Math.min(to, from + MOST_PIECES)).filter(Boolean);
    this.#panel.show(shown.text, word, prediction.tags, pieces.includes(word) ? pieces : [word]);
  }

  /** Goes to the first word of the next difference that is on show, after the last one to the first. */
  #nextDifference() {
    // While parts come in nothing is compared yet.
    const { onlyFirst, onlySecond } = this.#shown?.compared ?? { onlyFirst: [], onlySecond: [] };
    const at = this.#selected?.index ?? -1;
    let [first, next] = [Infinity, Infinity];
    for (const entities of [onlyFirst, onlySecond]) {
      for (const entity of entities) {
        const [word] = entity.words;
        if (!this.#filter.keeps(entity)) continue;
        first = Math.min(first, word);
        if (word > at) next = Math.min(next, word);
      }
    }
    this.#views[0].focus(Number.isFinite(next) ? next : first);
  }

  /** The two columns show the same part of the text. */
  #syncScrolling() {
    const boxes = [this.#box, byId("result-other")];
    let led = null;
    for (const [side, box] of boxes.entries()) {
      box.addEventListener(
        "scroll",
        () => {
          if (!this.#shown?.compared) return;
          if (led === box) {
            led = null;
            return;
          }
          const other = boxes[1 - side];
          const share = box.scrollTop / Math.max(1, box.scrollHeight - box.clientHeight);
          const top = Math.round(share * (other.scrollHeight - other.clientHeight));
          if (Math.abs(other.scrollTop - top) < 2) return;
          led = other;
          other.scrollTop = top;
        },
        { passive: true },
      );
    }
  }

  /** Greys a result while the text box has moved on. */
  #markStale() {
    const text = this.#readText();
    this.#box.classList.toggle(
      "stale",
      text !== (this.#shown?.complete ? this.#shown.text : "") && this.#box.dataset.busy === undefined,
    );
  }

  #announce(message) {
    clearTimeout(this.#announceTimer);
    this.#announceTimer = setTimeout(() => {
      byId("announcement").textContent = message;
    }, ANNOUNCE_PAUSE);
  }

  /** For exports. */
  #result() {
    if (!this.#shown?.complete) return null;
    const {
      text,
      predictions: [prediction],
    } = this.#shown;
    const entities = prediction.entities.filter((entity) => this.#filter.keeps(entity));
    return { text, bundle: this.#recognizer?.name ?? "", prediction, entities, threshold: this.#filter.threshold };
  }
}
