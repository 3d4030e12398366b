// Which heads are asked, and how: one, or two side by side, of one model or of two.

import { hasAgreed } from "../shared/agreed.js";
import { byId, element, label, option } from "../shared/dom.js";
import { nameOf } from "../shared/head-names.js";
import { megabytes, t, tOr } from "../shared/i18n.js";
import { addressOf, listed, sizedTitleOf, titleOf } from "./catalog.js";
import { aboutOf } from "./heads.js";
import { isHere, ModelBeside } from "./model-beside.js";

/**
 * @typedef {import("../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {import("../pkg/nerite.js").HeadInfo} HeadInfo
 * @typedef {import("../pkg/nerite.js").Strategy} Strategy
 * @typedef {{ recognizer: Recognizer, head: HeadInfo, strategy?: Strategy, options: import("../pkg/nerite.js").PredictOptions, name: string }} Question
 *   a head of a model, how it is asked, and what people read of it
 */

/** Between a head's id and a strategy, in a choice of both; no id has it. */
const STRATEGY = "\n";
/** Between the name of another model's bundle and a head's id; neither has it. */
const MODEL = "/";

export class HeadChoice {
  #head = byId("head");
  #compare = byId("compare");
  #decoder = byId("decoder");
  #aggregation = byId("aggregation");
  #beside;
  /** What a link wants of the other model, once that is here. */
  #wanted = "";
  /** How often settings of a link have been applied. */
  #applied = 0;
  /** Says which model a link asks for, again: in another language. */
  #sayAsk = () => "";
  #onChange;
  /** @type {Recognizer | null} */
  #recognizer = null;
  /** @type {string | null} */
  #bundle = null;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#beside = new ModelBeside(byId("compare-state"), byId("compare-progress"), () => this.#besideChanged());
    this.#head.addEventListener("change", () => {
      this.#fillDecoders();
      onChange();
    });
    this.#compare.addEventListener("change", () => this.#compareWith(this.#compare.value));
    for (const select of [this.#decoder, this.#aggregation]) select.addEventListener("change", onChange);
  }

  /**
   * @param {Recognizer | null} recognizer
   * @param {string | null} bundle its name, if it is one of the site's
   */
  use(recognizer, bundle) {
    this.#recognizer = recognizer;
    this.#bundle = bundle;
    for (const select of [this.#head, this.#compare, this.#decoder, this.#aggregation]) select.disabled = !recognizer;
    byId("compare-ask").hidden = true;
    // Its heads are among the page's own now.
    if (bundle !== null && this.#beside.name === bundle) this.#beside.use("");
    this.translate();
  }

  translate() {
    this.#beside.translate();
    byId("compare-load").textContent = this.#sayAsk();
    if (!this.#recognizer) return;
    const { heads, defaultHead } = this.#recognizer;
    fill(
      this.#head,
      heads.map((head) => option(head.id, nameOf(head, this.#bundle))),
      defaultHead,
    );
    const others = listed()
      .filter(({ name }) => name !== this.#bundle)
      .map((bundle) => {
        const { recognizer } = this.#beside;
        const here = recognizer !== null && this.#beside.name === bundle.name;
        const options = here
          ? choices(recognizer, bundle.name, bundle.name + MODEL)
          : [option(bundle.name + MODEL, sizedTitleOf(bundle))];
        return element("optgroup", { label: here ? titleOf(bundle.name) : t("compare-model") }, ...options);
      });
    fill(this.#compare, [option("", t("compare-none")), ...choices(this.#recognizer, this.#bundle, ""), ...others], "");
    this.#fillDecoders();
  }

  /** The heads that are chosen, as a link carries them. */
  get settings() {
    return { head: this.#head.value, compare: this.#compare.value };
  }

  /**
   * Chooses what there is of these. Another model that is not here yet has to be agreed to.
   * @param {{ head: string, compare: string }} wanted
   */
  async apply({ head, compare }) {
    if (has(this.#head, head)) this.#head.value = head;
    this.#fillDecoders();
    byId("compare-ask").hidden = true;
    const asked = ++this.#applied;
    const [name, rest] = compare.split(MODEL);
    const bundle = listed().find((other) => other.name === name && name !== this.#bundle);
    // What a link had of another model may be of the page's own by now.
    const here = [compare, rest ?? ""].find((value) => has(this.#compare, value));
    if (rest === undefined || !bundle) {
      this.#compareWith(here ?? "");
      return;
    }
    // That the list offers a model does not mean that it has been agreed to.
    if (name === this.#beside.name) {
      const known = !this.#beside.recognizer || has(this.#compare, compare);
      this.#compareWith(known ? compare : "");
      return;
    }
    const [own, chosen] = [this.#bundle, this.#compare.value];
    const known = hasAgreed(addressOf(name)) || (await isHere(name));
    // What was chosen in the meantime counts for more than the link.
    if (asked !== this.#applied || own !== this.#bundle || chosen !== this.#compare.value) return;
    if (known) {
      this.#compareWith(compare);
      return;
    }
    byId("compare-ask").hidden = false;
    this.#sayAsk = () => t("compare-load", { name: titleOf(name), size: megabytes(bundle.bytes ?? 0) });
    byId("compare-load").textContent = this.#sayAsk();
    byId("compare-load").onclick = () => {
      byId("compare-ask").hidden = true;
      this.#compare.focus();
      this.#compareWith(compare);
    };
  }

  /**
   * What is asked: the head, and the other one or the other strategy, once that is here.
   * @returns {Question[]}
   */
  asked() {
    const recognizer = this.#recognizer;
    const head = this.#chosen;
    if (!recognizer || !head) return [];
    const first = this.#question(recognizer, this.#bundle, head.id, this.#ofPieces ? this.#strategy : undefined);
    const value = this.#compare.value;
    const [name, own] = value.includes(MODEL) ? value.split(MODEL) : [null, value];
    const [id, strategy] = own.split(STRATEGY);
    const other = name === null ? recognizer : this.#beside.recognizer;
    const bundle = name ?? this.#bundle;
    const second = other && id && this.#question(other, bundle, id, /** @type {Strategy | undefined} */ (strategy));
    if (!first || !second) return first ? [first] : [];
    const same = second.recognizer === recognizer && second.head.id === head.id && second.strategy === first.strategy;
    if (name !== null)
      for (const [question, title] of /** @type {const} */ ([
        [first, this.#bundle === null ? recognizer.name : titleOf(this.#bundle)],
        [second, titleOf(name)],
      ]))
        question.name = t("compare-name", { head: question.name, model: title });
    return same ? [first] : [first, second];
  }

  /**
   * Whether a model is one that is asked: those that are not have been freed.
   * @param {Recognizer} recognizer
   */
  isInUse(recognizer) {
    return recognizer === this.#recognizer || recognizer === this.#beside.recognizer;
  }

  /**
   * Where the other head has not the chosen decoder, it takes its own.
   * @param {Recognizer} recognizer
   * @param {string | null} bundle
   * @param {string} id
   * @param {Strategy} [strategy]
   * @returns {Question | null}
   */
  #question(recognizer, bundle, id, strategy) {
    const head = recognizer.heads.find((own) => own.id === id);
    if (!head) return null;
    const aggregation = /** @type {import("../pkg/nerite.js").Aggregation} */ (this.#aggregation.value);
    const decoder = /** @type {import("../pkg/nerite.js").Decoder} */ (this.#decoder.value);
    const takes = head.unit === "words" && head.decoders.includes(decoder);
    const options = takes ? { decoder, aggregation } : { aggregation };
    const name = nameOf(head, bundle);
    return {
      recognizer,
      head,
      strategy,
      options,
      name: strategy ? t("head-strategy", { head: name, strategy }) : name,
    };
  }

  /** @param {string} value of the list of what to compare with, or what a link wants of it */
  #compareWith(value) {
    const [name, id] = value.includes(MODEL) ? value.split(MODEL) : ["", ""];
    byId("compare-ask").hidden = true;
    if (name === this.#beside.name) {
      // Of a model that is still on its way, the list has no heads yet.
      const coming = name !== "" && !this.#beside.recognizer;
      if (coming) this.#wanted = id;
      this.#take(coming ? name + MODEL : value);
      return;
    }
    this.#wanted = id;
    this.#beside.use(name);
    // Until it is here, the list names it.
    if (name !== "") {
      this.translate();
      this.#take(name + MODEL);
    } else {
      this.#take(value);
    }
  }

  /** @param {string} value */
  #take(value) {
    this.#compare.value = value;
    this.#onChange();
  }

  /** The other model has come, or is gone. */
  #besideChanged() {
    const { name, recognizer } = this.#beside;
    const value = this.#compare.value;
    this.translate();
    if (recognizer) {
      const wanted = name + MODEL + this.#wanted;
      const own = recognizer.heads.find(({ id }) => id === recognizer.defaultHead) ?? recognizer.heads[0];
      const strategy = own.strategy ? STRATEGY + own.strategy : "";
      this.#take(has(this.#compare, wanted) ? wanted : name + MODEL + own.id + strategy);
    } else if (value.includes(MODEL)) {
      this.#take("");
    }
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
    this.#decoder.replaceChildren(...choices.map((choice) => option(choice, tOr(`${kind}-${choice}`, label(choice)))));
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
 * The heads of a model to compare with: those of words, and those of pieces with each strategy.
 * @param {Recognizer} recognizer
 * @param {string | null} bundle
 * @param {string} before goes before the values
 */
function choices({ heads }, bundle, before) {
  const ofWords = heads.filter(({ unit }) => unit === "words");
  return [
    ...ofWords.map((head) => option(before + head.id, nameOf(head, bundle))),
    ...heads.flatMap((head) =>
      head.strategies.map((strategy) => {
        const name = t("head-strategy", { head: nameOf(head, bundle), strategy });
        return option(`${before}${head.id}${STRATEGY}${strategy}`, name);
      }),
    ),
  ];
}

/**
 * Fills a select, and keeps what was chosen where that is still there.
 * @param {HTMLSelectElement} select
 * @param {(HTMLOptionElement | HTMLOptGroupElement)[]} options
 * @param {string} fallback
 */
function fill(select, options, fallback) {
  const chosen = select.value;
  select.replaceChildren(...options);
  select.value = has(select, chosen) ? chosen : fallback;
}
