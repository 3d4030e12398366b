// The confidence of every tag of one word.

import { element, excerpt } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { describeTag, tagType, typeColour } from "../shared/tags.js";

/** Decimals of a shown probability. */
const DECIMALS = 4;
/** A head may have any number of tags; more rows than this help nobody. */
const MOST_ROWS = 200;

/** @typedef {import("../pkg/nerite.js").Word} Word */

export class WordPanel {
  #root;
  #word;
  #tag;
  #note;
  #rows;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#word = part(root, ".panel-word");
    this.#tag = part(root, ".panel-tag");
    this.#note = part(root, ".panel-note");
    this.#rows = part(root, ".tag-rows");
  }

  /**
   * Shows a word; of a head of pieces, all pieces of the word, `word` being the one that was chosen.
   * @param {string} text
   * @param {Word} word
   * @param {string[]} tags
   */
  show(text, word, tags, pieces = [word]) {
    const most = Math.ceil(MOST_ROWS / pieces.length);
    this.#word.textContent = excerpt(text.slice(pieces[0].start, Math.max(...pieces.map(({ end }) => end))));
    this.#tag.textContent = `${describeTag(word.tag)}: ${word.score.toFixed(DECIMALS)}`;
    colourBy(this.#tag, word.tag);
    this.#note.textContent = tags[likeliest(word)] === word.tag ? "" : t("panel-not-likeliest");
    const rows = pieces.flatMap((piece) => {
      const shown = sorted(piece)
        .slice(0, most)
        .map((index) => tagRow(tags[index], piece.probabilities[index], tags[index] === piece.tag));
      if (pieces.length === 1) return shown;
      const name = t("piece", { piece: excerpt(text.slice(piece.start, piece.end)), tag: describeTag(piece.tag) });
      return [element("li", { class: "piece-name" }, name), ...shown];
    });
    this.#rows.replaceChildren(...rows);
    this.#root.dataset.filled = "";
  }

  clear() {
    delete this.#root.dataset.filled;
    this.#rows.replaceChildren();
    this.close();
  }

  /** On a narrow screen the panel is a sheet over the page, there only when asked for. */
  open() {
    this.#root.dataset.open = "";
  }

  close() {
    delete this.#root.dataset.open;
  }
}

/**
 * @param {HTMLElement} root
 * @param {string} selector
 */
const part = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector));

/**
 * The tags of a word by index, the most probable first.
 * @param {Word} word
 */
function sorted({ probabilities }) {
  const order = Array.from(probabilities, (_, index) => index);
  return order.sort((a, b) => probabilities[b] - probabilities[a]);
}

/** @param {Word} word */
const likeliest = ({ probabilities }) => probabilities.indexOf(Math.max(...probabilities));

/**
 * @param {string} tag
 * @param {number} probability
 * @param {boolean} chosen
 */
function tagRow(tag, probability, chosen) {
  const name = element("span", { class: "tag-name" }, describeTag(tag));
  const code = element("bdi", { class: "tag-code" }, tag);
  const bar = element("span", { class: "bar" });
  bar.setAttribute("aria-hidden", "true");
  bar.style.setProperty("--share", String(probability));
  const value = element("span", { class: "value", "data-probability": probability }, probability.toFixed(DECIMALS));
  const row = element("li", { class: "tag-row", "data-tag-row": tag }, name, code, bar, value);
  row.classList.toggle("chosen", chosen);
  if (chosen) row.setAttribute("aria-current", "true");
  colourBy(row, tag);
  return row;
}

/**
 * @param {HTMLElement} target
 * @param {string} tag
 */
function colourBy(target, tag) {
  const type = tagType(tag);
  if (type === null) delete target.dataset.colour;
  else target.dataset.colour = String(typeColour(type));
}
