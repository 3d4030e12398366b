// Every distinct entity of a result with its score and its mentions, the most frequent one first.

import { element, excerpt } from "./dom.js";
import { currentLanguage, formatNumber, t } from "./i18n.js";
import { typeColour, typeName } from "./tags.js";

/** How many entries are shown at first, and how many more at a time. */
const FIRST = 60;
const MORE = 200;
/** From so many entries on there is a field to search them. */
const MANY = 10;

export class EntityList {
  #list;
  #more;
  #search;
  #onChoose;
  /** The entities that were grouped last, and their groups; those are kept while only the filter changes. */
  #grouped = null;
  #count = 0;
  #keeps = () => true;
  #all = [];
  #groups = [];
  #shown = FIRST;

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
    search.addEventListener("input", () => this.#show());
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
   * @param {Array} entities of a result
   * @param {import("./filter.js").Filter} filter which of them to list
   */
  render(entities, filter) {
    if (this.#grouped !== entities || this.#count !== entities.length) this.#all = groupMentions(entities);
    this.#grouped = entities;
    this.#count = entities.length;
    this.#keeps = (entity) => filter.keeps(entity);
    this.#search.hidden = this.#all.length < MANY && this.#search.value === "";
    this.#show();
  }

  #show() {
    const query = this.#search.value.trim();
    const folded = fold(query);
    this.#groups = this.#all
      .filter(([{ text }]) => fold(text).includes(folded))
      .map((mentions) => ({ mentions, count: count(mentions, this.#keeps) }))
      .filter((group) => group.count > 0)
      .sort((a, b) => b.count - a.count);
    this.#shown = FIRST;
    this.#list.replaceChildren(...this.#groups.slice(0, FIRST).map(({ mentions }) => this.#item(mentions)));
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

function count(mentions, keeps) {
  let found = 0;
  for (const entity of mentions) if (keeps(entity)) found += 1;
  return found;
}

/** Mentions of the same text and type together, in the order of the text. */
function groupMentions(entities) {
  const types = new Map();
  const groups = [];
  for (const entity of entities) {
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
