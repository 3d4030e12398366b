// Which heads are asked, and how: one, or two side by side.

import { byId, element, option } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { aboutOf, nameOf } from "./heads.js";

/**
 * @typedef {import("../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {import("../pkg/nerite.js").HeadInfo} HeadInfo
 * @typedef {import("../pkg/nerite.js").Strategy} Strategy
 * @typedef {string | { head: string, strategy?: Strategy }} Asked a head, as the package takes it
 */

/** Between a head's id and a strategy, in a choice of both; no id has it. */
const STRATEGY = "\n";

/** @param {Asked} asked */
export const idOf = (asked) => (typeof asked === "string" ? asked : asked.head);

export class HeadChoice {
  #head = byId("head");
  #compare = byId("compare");
  #decoder = byId("decoder");
  #aggregation = byId("aggregation");
  /** @type {Recognizer | null} */
  #recognizer = null;
  /** @type {string | null} */
  #bundle = null;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#head.addEventListener("change", () => {
      this.#fillDecoders();
      onChange();
    });
    for (const select of [this.#compare, this.#decoder, this.#aggregation]) select.addEventListener("change", onChange);
  }

  /**
   * @param {Recognizer | null} recognizer
   * @param {string | null} bundle its name, if it is one of the site's
   */
  use(recognizer, bundle) {
    this.#recognizer = recognizer;
    this.#bundle = bundle;
    for (const select of [this.#head, this.#compare, this.#decoder, this.#aggregation]) select.disabled = !recognizer;
    this.translate();
  }

  translate() {
    if (!this.#recognizer) return;
    const { heads, defaultHead } = this.#recognizer;
    /** @param {HeadInfo} head */
    const named = (head) => option(head.id, nameOf(head, this.#bundle));
    fill(this.#head, heads.map(named), defaultHead);
    const strategies = heads.flatMap((head) =>
      head.strategies.map((strategy) => {
        const name = t("head-strategy", { head: nameOf(head, this.#bundle), strategy });
        return option(`${head.id}${STRATEGY}${strategy}`, name);
      }),
    );
    const words = heads.filter(({ unit }) => unit === "words").map(named);
    fill(this.#compare, [option("", t("compare-none")), ...words, ...strategies], "");
    this.#fillDecoders();
  }

  /** The heads that are chosen, as a link carries them. */
  get settings() {
    return { head: this.#head.value, compare: this.#compare.value };
  }

  /**
   * Chooses what there is of these.
   * @param {{ head: string, compare: string }} wanted
   */
  apply({ head, compare }) {
    if (has(this.#head, head)) this.#head.value = head;
    if (has(this.#compare, compare)) this.#compare.value = compare;
    this.#fillDecoders();
  }

  /**
   * The head, and the other one or the other strategy.
   * @returns {Asked[]}
   */
  asked() {
    const first = this.#ofPieces ? { head: this.#head.value, strategy: this.#strategy } : this.#head.value;
    const [head, strategy] = this.#compare.value.split(STRATEGY);
    const second = strategy ? { head, strategy: /** @type {Strategy} */ (strategy) } : head;
    const isOther = head !== "" && JSON.stringify(first) !== JSON.stringify(second);
    return isOther ? [first, second] : [first];
  }

  /**
   * How they are asked. Where the other head has not the chosen decoder, it takes its own.
   * @returns {import("../pkg/nerite.js").PredictOptions}
   */
  options() {
    const aggregation = /** @type {import("../pkg/nerite.js").Aggregation} */ (this.#aggregation.value);
    if (this.#ofPieces) return { strategy: this.#strategy, aggregation };
    return { decoder: /** @type {import("../pkg/nerite.js").Decoder} */ (this.#decoder.value), aggregation };
  }

  /**
   * What people read of a head that was asked.
   * @param {Asked} asked
   */
  nameOf(asked) {
    const id = idOf(asked);
    const name = nameOf(this.#recognizer?.heads.find((head) => head.id === id) ?? { id }, this.#bundle);
    const strategy = typeof asked === "string" ? undefined : asked.strategy;
    return strategy ? t("head-strategy", { head: name, strategy }) : name;
  }

  get #chosen() {
    return this.#recognizer?.heads.find(({ id }) => id === this.#head.value);
  }

  get #ofPieces() {
    return this.#chosen?.unit === "pieces";
  }

  get #strategy() {
    return /** @type {Strategy} */ (this.#decoder.value);
  }

  #fillDecoders() {
    const head = this.#chosen;
    if (!head) return;
    this.#showAbout(head);
    const chosen = this.#decoder.value;
    // A head of pieces has strategies instead, which give an entity its score as well.
    const kind = head.unit === "pieces" ? "strategy" : "decoder";
    const choices = head.unit === "pieces" ? head.strategies : head.decoders;
    this.#decoder.replaceChildren(...choices.map((choice) => option(choice, t(`${kind}-${choice}`))));
    const keeps = this.#decoder.dataset.chosenFor === head.id && has(this.#decoder, chosen);
    this.#decoder.value = keeps ? chosen : (head[kind] ?? "");
    this.#decoder.dataset.chosenFor = head.id;
    byId("decoder-label").dataset.i18n = kind;
    byId("decoder-label").textContent = t(kind);
    this.#aggregation.disabled = head.unit === "pieces";
  }

  /** @param {HeadInfo} head */
  #showAbout(head) {
    const { text, report } = aboutOf(head, this.#bundle);
    const link = report ? [" ", element("a", { href: report }, t("head-report"))] : [];
    byId("head-about").replaceChildren(text, ...link);
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {string} value
 */
const has = (select, value) => Array.from(select.options).some((option) => option.value === value);

/**
 * Fills a select, and keeps what was chosen where that is still there.
 * @param {HTMLSelectElement} select
 * @param {HTMLOptionElement[]} options
 * @param {string} fallback
 */
function fill(select, options, fallback) {
  const chosen = select.value;
  select.replaceChildren(...options);
  select.value = has(select, chosen) ? chosen : fallback;
}
