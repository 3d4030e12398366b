// The confidence of every tag of one word.

import { describeTag, tagType, typeColour } from "./tags.js";

/** Decimals of a shown probability. */
const DECIMALS = 4;

export class WordPanel {
  #root;
  #word;
  #tag;
  #note;
  #rows;

  constructor(root) {
    this.#root = root;
    this.#word = root.querySelector(".panel-word");
    this.#tag = root.querySelector(".panel-tag");
    this.#note = root.querySelector(".panel-note");
    this.#rows = root.querySelector(".tag-rows");
  }

  show(text, word, tags) {
    const probabilities = Array.from(word.probabilities);
    const order = tags.map((_, index) => index).sort((a, b) => probabilities[b] - probabilities[a]);
    const likeliest = tags[order[0]];

    this.#word.textContent = text.slice(word.start, word.end);
    this.#tag.textContent = `${describeTag(word.tag)}: ${word.score.toFixed(DECIMALS)}`;
    colourBy(this.#tag, word.tag);
    this.#note.textContent = likeliest === word.tag ? ""
      : "The encoder cannot read this word, so it is taken for no entity.";
    this.#rows.replaceChildren(...order.map((index) => tagRow(tags[index], probabilities[index], tags[index] === word.tag)));
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

function tagRow(tag, probability, chosen) {
  const row = document.createElement("li");
  row.className = "tag-row";
  row.dataset.tagRow = tag;
  row.classList.toggle("chosen", chosen);
  colourBy(row, tag);

  const name = element("span", "tag-name", describeTag(tag));
  const code = element("bdi", "tag-code", tag);
  const bar = element("span", "bar", "");
  bar.setAttribute("aria-hidden", "true");
  bar.style.setProperty("--share", probability);
  const value = element("span", "value", probability.toFixed(DECIMALS));
  value.dataset.probability = probability;
  row.append(name, code, bar, value);
  return row;
}

function colourBy(target, tag) {
  const type = tagType(tag);
  if (type === null) delete target.dataset.colour;
  else target.dataset.colour = typeColour(type);
}

function element(name, className, text) {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}
