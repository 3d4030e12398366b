// A block of a text on show: what it is to show, what it does show, and how that is drawn.

import { element } from "../shared/dom.js";
import { typeColour, typeName } from "../shared/tags.js";
import { isRtl } from "./blocks.js";

/**
 * @typedef {import("../pkg/nerite.js").Word} Word
 * @typedef {import("../pkg/nerite.js").Entity} Entity
 *
 * @typedef {{
 *   source: Word[], from: number, to: number, origin: number, entities: Entity[], differing: Set<Entity> | null,
 * }} Contents what a block is to show: words by index, of which list (where some may be missing), with offsets from where
 * @typedef {{ key: string, spans: HTMLSpanElement[], marks: [HTMLElement, Entity][], filtered: boolean }} Drawn
 *   what it does show; spans by index of their word, some missing
 * @typedef {Contents & Drawn & {
 *   start: number, text: string, element: HTMLDivElement, near: boolean, generation: number,
 * }} Block a stretch of the text, whether it is near the screen, and for which text of those shown one after the other
 *   its contents are
 */

/** For the guess of a block's height before it is laid out: pixels per character, on a wide screen. */
const HEIGHT_PER_CHARACTER = 0.48;

/**
 * A block of which nothing is known but its text.
 * @param {number} start
 * @param {string} text
 * @returns {Block}
 */
export function createBlock(start, text) {
  const div = element("div", { class: "block" }, text);
  div.style.containIntrinsicBlockSize = `auto ${Math.ceil(text.length * HEIGHT_PER_CHARACTER) + 20}px`;
  return {
    start,
    text,
    element: div,
    near: false,
    generation: 0,
    source: [],
    from: 0,
    to: 0,
    origin: start,
    entities: [],
    differing: null,
    key: "",
    spans: [],
    marks: [],
    filtered: true,
  };
}

/**
 * The entities that have a part in a block.
 * @param {Entity[]} entities
 * @param {Block} block
 */
export function within(entities, block) {
  const end = block.start + block.text.length;
  return entities.filter((entity) => entity.end > block.start && entity.start < end);
}

/**
 * Says all that the drawing of a block depends on.
 * @param {Contents} contents
 */
export function keyOf({ source, from, to, origin, entities, differing }) {
  const parts = [];
  for (let index = from; index < to; index++) {
    const word = source[index];
    if (word) parts.push(index - from, word.start - origin, word.end - origin, word.tag);
  }
  // A score is not drawn, but the filter reads it from the entity that the mark was made for.
  for (const entity of entities) {
    parts.push(entity.start - origin, entity.end - origin, entity.type, entity.score, differing?.has(entity) ? 1 : 0);
  }
  return parts.join("\t") || "none";
}

/**
 * Draws a block: its new children, and the spans and marks among them.
 * @param {Contents & { text: string }} block
 */
export function drawing({ text, source, from, to, origin, entities, differing }) {
  const fragment = document.createDocumentFragment();
  /** @type {HTMLSpanElement[]} */
  const spans = [];
  /** @type {[HTMLElement, Entity][]} */
  const marks = [];
  let position = 0;
  let index = from;
  /** @param {number} offset */
  const local = (offset) => Math.min(Math.max(offset - origin, 0), text.length);

  /**
   * @param {Node & ParentNode} parent
   * @param {number} until
   */
  const addWords = (parent, until) => {
    for (; index < to; index++) {
      const word = source[index];
      if (!word) continue;
      // Pieces of one character have the same place: the first one is drawn.
      const start = Math.max(local(word.start), position);
      const end = Math.max(local(word.end), start);
      if (start >= until) break;
      if (start === end) continue;
      if (start > position) parent.append(text.slice(position, start));
      const span = element("span", { class: "word", tabindex: -1, "data-word": index - from, "data-tag": word.tag });
      span.textContent = text.slice(start, end);
      parent.append(span);
      spans[index - from] = span;
      position = end;
    }
  };

  for (const entity of entities) {
    const start = local(entity.start);
    addWords(fragment, start);
    if (start > position) fragment.append(text.slice(position, start));
    position = Math.max(position, start);
    const { type } = entity;
    const mark = element("mark", {
      class: "entity",
      "data-type": type,
      "data-label": typeName(type),
      "data-colour": typeColour(type),
    });
    if (differing?.has(entity)) mark.dataset.differs = "";
    if (isRtl(text, start)) mark.dataset.rtl = "";
    const end = local(entity.end);
    addWords(mark, end);
    if (end > position) mark.append(text.slice(position, end));
    position = Math.max(position, end);
    fragment.append(mark);
    marks.push([mark, entity]);
  }
  addWords(fragment, text.length);
  if (position < text.length) fragment.append(text.slice(position));
  return { fragment, spans, marks };
}

/**
 * @param {Block} block
 * @param {import("./filter.js").Filter} filter
 */
export function refilter(block, filter) {
  for (const [mark, entity] of block.marks) mark.dataset.state = filter.state(entity);
  block.filtered = true;
}
