// Every distinct entity of a result with its score and its mentions, the most frequent one first.

import { element, excerpt } from "../shared/dom.js";
import { currentLanguage, formatNumber, t } from "../shared/i18n.js";
import { forEachInPieces, oncePerFrame, pacer } from "../shared/pace.js";
import { typeColour, typeName } from "../shared/tags.js";

/**
 * @typedef {import("../pkg/nerite.js").Entity} Entity
 * @typedef {{ mentions: Entity[], count: number, score: number }} Group
 */

/** How many entries are shown at first, and how many more at a time. */
const FIRST = 24;
const MORE = 100;
const ON_PAPER = 2000;
/** From so many entries on there is a field to search them. */
const MANY = 10;

/** Entries that are made before the time is looked at. */
const ITEMS_AT_A_TIME = 10;

export class EntityList {
  #list;
  #more;
  #search;
  #onChoose;
  /**
   * What is to be listed.
   * @type {Entity[]}
   */
  #entities = [];
  /** @type {(entity: Entity) => boolean} */
  #keeps = () => true;
  /**
   * The entities that were grouped last, and their groups; those are kept while only the filter changes.
   * @type {Entity[] | null}
   */
  #grouped = null;
  /** @type {Entity[][]} */
  #all = [];
  /**
   * The groups that the filter and the search let through, and how many of them are on show.
   * @type {Group[]}
   */
  #groups = [];
  #shown = FIRST;
  /** Counts what is to be shown: only the latest is. */
  #version = 0;

  /**
   * @param {HTMLElement} list
   * @param {HTMLButtonElement} more shows further entries
   * @param {HTMLInputElement} search shows only what holds its value
   * @param {(word: number) => void} onChoose gets the first word of the mention to go to
   */
  constructor(list, more, search, onChoose) {
    this.#list = list;
    this.#more = more;
    this.#search = search;
    search.addEventListener(
      "input",
      oncePerFrame(() => this.#update(pacer())),
    );
    this.#onChoose = onChoose;
    more.addEventListener("click", () => {
      const before = this.#shown;
      this.#extend(before + MORE);
      this.#list.children[before]?.querySelector("button")?.focus();
    });
    // Paper has no button for the others.
    addEventListener("beforeprint", () => this.#extend(Math.max(this.#shown, ON_PAPER)));
  }

  /** @param {number} count */
  #extend(count) {
    this.#list.append(...this.#groups.slice(this.#shown, count).map((group) => this.#item(group)));
    this.#shown = count;
    this.#showMore();
  }

  /**
   * @param {Entity[]} entities of a result, which do not change
   * @param {import("./filter.js").Filter} filter which of them to list
   * @param {() => Promise<void>} pace lets the page react (pace.js)
   */
  async render(entities, filter, pace) {
    this.#entities = entities;
    this.#keeps = (entity) => filter.keeps(entity);
    await this.#update(pace);
  }

  /** @param {() => Promise<void>} pace */
  async #update(pace) {
    const own = ++this.#version;
    const entities = this.#entities;
    if (this.#grouped !== entities) {
      const all = await groupMentions(entities, pace, () => own === this.#version);
      if (own !== this.#version) return;
      this.#all = all;
      this.#grouped = entities;
    }
    this.#search.hidden = this.#all.length < MANY && this.#search.value === "";
    await this.#show(own, pace);
  }

  /**
   * @param {number} own
   * @param {() => Promise<void>} pace
   */
  async #show(own, pace) {
    const query = this.#search.value.trim();
    const folded = fold(query);
    /** @type {Group[]} */
    const groups = [];
    await forEachInPieces(
      this.#all,
      pace,
      (mentions) => {
        if (folded !== "" && !fold(mentions[0].text).includes(folded)) return;
        const group = weigh(mentions, this.#keeps);
        if (group.count > 0) groups.push(group);
      },
      () => own === this.#version,
    );
    if (own !== this.#version) return;
    groups.sort((a, b) => b.count - a.count);
    /** @type {HTMLElement[]} */
    const items = [];
    for (const group of groups.slice(0, FIRST)) {
      if (items.length % ITEMS_AT_A_TIME === 0) await pace();
      items.push(this.#item(group));
    }
    if (own !== this.#version) return;
    const focused = Array.from(this.#list.children).findIndex((item) => item.contains(document.activeElement));
    const [mention] = this.#groups[focused]?.mentions ?? [];
    this.#groups = groups;
    this.#shown = FIRST;
    this.#list.replaceChildren(...items);
    if (mention) {
      const again = groups.findIndex(
        ({ mentions: [{ text, type }] }) => text === mention.text && type === mention.type,
      );
      items[again]?.querySelector("button")?.focus({ preventScroll: true });
    }
    this.#list.dataset.empty = query === "" ? t("entities-empty") : t("entities-none", { query });
    this.#showMore();
  }

  #showMore() {
    const left = this.#groups.length - this.#shown;
    this.#more.hidden = left <= 0;
    this.#more.textContent = t("entities-more", {
      count: formatNumber(Math.min(left, MORE)),
      left: formatNumber(left),
    });
  }

  /** @param {Group} group */
  #item({ mentions, count, score }) {
    const [{ type, text }] = mentions;
    const button = element(
      "button",
      { type: "button" },
      element("bdi", { class: "entity-text", lang: "" }, excerpt(text)),
      " ",
    );
    if (count > 1) button.append(element("span", { class: "count" }, `\u00d7${formatNumber(count)}`), " ");
    button.append(
      element("span", { class: "type-name" }, typeName(type)),
      " ",
      element("span", { class: "score" }, score.toFixed(3)),
    );
    let next = 0;
    button.addEventListener("click", () => {
      const kept = mentions.filter(this.#keeps);
      const mention = kept[next % kept.length];
      if (mention) this.#onChoose(mention.words[0]);
      next += 1;
    });
    return element("li", { "data-type": type, "data-count": count, "data-colour": typeColour(type) }, button);
  }
}

/** For comparing without regard to case and to how white space is written. */
const fold = (/** @type {string} */ text) => text.toLocaleLowerCase(currentLanguage()).replace(/\s+/g, " ");

/**
 * How many of these mentions are to be listed, and their mean score.
 * @param {Entity[]} mentions
 * @param {(entity: Entity) => boolean} keeps
 */
function weigh(mentions, keeps) {
  let [count, sum] = [0, 0];
  for (const mention of mentions) {
    if (!keeps(mention)) continue;
    count += 1;
    sum += mention.score;
  }
  return { mentions, count, score: sum / count };
}

/**
 * Mentions of the same text and type together, in the order of the text; some of them if it is no longer wanted.
 * @param {Entity[]} entities
 * @param {() => Promise<void>} pace
 * @param {() => boolean} current
 */
async function groupMentions(entities, pace, current) {
  /** @type {Map<string, Map<string, Entity[]>>} */
  const types = new Map();
  /** @type {Entity[][]} */
  const groups = [];
  await forEachInPieces(
    entities,
    pace,
    (entity) => {
      let texts = types.get(entity.type);
      if (!texts) types.set(entity.type, (texts = new Map()));
      const mentions = texts.get(entity.text);
      if (mentions) {
        mentions.push(entity);
        return;
      }
      const created = [entity];
      texts.set(entity.text, created);
      groups.push(created);
    },
    current,
  );
  return groups;
}
