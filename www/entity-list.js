// Every distinct entity of a result with its score and its mentions, the most frequent one first.

import { element, excerpt } from "./dom.js";
import { currentLanguage, formatNumber, t } from "./i18n.js";
import { pacer } from "./pace.js";
import { typeColour, typeName } from "./tags.js";

/** How many entries are shown at first, and how many more at a time. */
const FIRST = 60;
const MORE = 200;
/** From so many entries on there is a field to search them. */
const MANY = 10;

/** Groups that are looked at before the time is. */
const AT_A_TIME = 256;

export class EntityList {
  #list;
  #more;
  #search;
  #onChoose;
  /** The entities that were grouped last, and their groups; those are kept while only the filter changes. */
  #grouped = null;
  #all = [];
  #keeps = () => true;
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
    search.addEventListener("input", () => this.#show(++this.#version));
    this.#onChoose = onChoose;
    more.addEventListener("click", () => {
      const before = this.#shown;
      this.#shown += MORE;
      this.#list.append(...this.#groups.slice(before, this.#shown).map(({ mentions }) => this.#item(mentions)));
      this.#list.children[before]?.querySelector("button").focus();
      this.#showMore();
    });
  }

  /**
   * @param {Array} entities of a result, which do not change
   * @param {import("./filter.js").Filter} filter which of them to list
   */
  async render(entities, filter) {
    const own = ++this.#version;
    this.#keeps = (entity) => filter.keeps(entity);
    if (this.#grouped !== entities) {
      const all = await groupMentions(entities, () => own === this.#version);
      if (own !== this.#version) return;
      this.#all = all;
      this.#grouped = entities;
    }
    this.#search.hidden = this.#all.length < MANY && this.#search.value === "";
    await this.#show(own);
  }

  async #show(own) {
    const query = this.#search.value.trim();
    const folded = fold(query);
    const groups = [];
    const pace = pacer();
    for (const [at, mentions] of this.#all.entries()) {
      if (folded === "" || fold(mentions[0].text).includes(folded)) {
        const count = countOf(mentions, this.#keeps);
        if (count > 0) groups.push({ mentions, count });
      }
      if (at % AT_A_TIME === 0) await pace();
      if (own !== this.#version) return;
    }
    groups.sort((a, b) => b.count - a.count);
    await pace();
    if (own !== this.#version) return;
    const focused = Array.from(this.#list.children).findIndex((item) => item.contains(document.activeElement));
    const [mention] = this.#groups[focused]?.mentions ?? [];
    this.#groups = groups;
    this.#shown = FIRST;
    const items = groups.slice(0, FIRST).map(({ mentions }) => this.#item(mentions));
    this.#list.replaceChildren(...items);
    if (mention) items[groups.findIndex(({ mentions: [{ text, type }] }) => text === mention.text && type === mention.type)]?.querySelector("button").focus({ preventScroll: true });
    this.#list.dataset.empty = query === "" ? t("entities-empty") : t("entities-none", { query });
    this.#showMore();
  }

  #showMore() {
    const left = this.#groups.length - this.#shown;
    this.#more.hidden = left <= 0;
    this.#more.textContent = t("entities-more", { count: formatNumber(Math.min(left, MORE)), left: formatNumber(left) });
  }

  #item(all) {
    const mentions = all.filter(this.#keeps);
    const [{ type, text }] = mentions;
    const score = mentions.reduce((sum, mention) => sum + mention.score, 0) / mentions.length;
    const button = element("button", { type: "button" }, element("bdi", { class: "entity-text" }, excerpt(text)), " ");
    if (mentions.length > 1) {
      button.append(element("span", { class: "count" }, `\u00d7${formatNumber(mentions.length)}`), " ");
    }
    button.append(
      element("span", { class: "type-name" }, typeName(type)), " ",
      element("span", { class: "score" }, score.toFixed(3)),
    );
    let next = 0;
    button.addEventListener("click", () => {
      this.#onChoose(mentions[next].words[0]);
      next = (next + 1) % mentions.length;
    });
    return element("li", { "data-type": type, "data-count": mentions.length, "data-colour": typeColour(type) }, button);
  }
}

/** For comparing without regard to case and to how white space is written. */
const fold = (text) => text.toLocaleLowerCase(currentLanguage()).replace(/\s+/g, " ");

function countOf(mentions, keeps) {
  let found = 0;
  for (const entity of mentions) if (keeps(entity)) found += 1;
  return found;
}

/** Mentions of the same text and type together, in the order of the text; some of them if it is no longer wanted. */
async function groupMentions(entities, current) {
  const types = new Map();
  const groups = [];
  const pace = pacer();
  for (const [at, entity] of entities.entries()) {
    if (at % AT_A_TIME === 0) await pace();
    if (!current()) break;
    let texts = types.get(entity.type);
    if (!texts) types.set(entity.type, texts = new Map());
    const mentions = texts.get(entity.text);
    if (mentions) {
      mentions.push(entity);
      continue;
    }
    const created = [entity];
    texts.set(entity.text, created);
    groups.push(created);
  }
  return groups;
}
