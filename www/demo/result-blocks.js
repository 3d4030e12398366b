// The blocks of the text on show, in the page and by their places in the text.

import { afterFrame } from "../shared/pace.js";
import { firstIndex, recut } from "./blocks.js";
import { createBlock } from "./result-block.js";

/** @typedef {import("./result-block.js").Block} Block */

/** A text of more blocks is long: only those that are near are laid out and drawn. */
const MOST_AT_ONCE = 20;
/** Blocks that are put into the page before it draws a frame. */
const AT_A_TIME = 48;
/** How far from the visible part a block counts as near. */
const MARGIN = "150px 0px";

export class ResultBlocks {
  #root;
  #observer;
  /** @type {Block[]} */
  #blocks = [];
  /** @type {Map<Element, Block>} */
  #byElement = new Map();

  /**
   * @param {HTMLElement} root scrolls by itself
   * @param {(near: Block[]) => void} onNear hears of blocks that have come near
   */
  constructor(root, onNear) {
    this.#root = root;
    const options = { root, rootMargin: MARGIN };
    this.#observer = new IntersectionObserver((entries) => onNear(this.#note(entries)), options);
  }

  get all() {
    return this.#blocks;
  }

  get isLong() {
    return this.#blocks.length > MOST_AT_ONCE;
  }

  /**
   * Puts another text into the page. Blocks that stay the same are left; a long text takes some frames.
   * @param {string} text
   */
  async setText(text) {
    const { front, back, ends, start } = recut(this.#blocks, text);
    const kept = this.#blocks.length - back;
    for (const block of this.#blocks.slice(front, kept)) this.#remove(block);

    const after = this.#blocks.slice(kept);
    this.#blocks.splice(front, kept - front);
    this.#root.classList.toggle("long", this.#blocks.length + ends.length > MOST_AT_ONCE);
    let position = ends.at(-1) ?? start;
    for (const block of after) {
      block.start = position;
      position += block.text.length;
    }

    position = start;
    for (let at = 0; at < ends.length; at += AT_A_TIME) {
      if (at > 0) await afterFrame();
      const created = ends.slice(at, at + AT_A_TIME).map((end) => {
        const block = this.#create(position, text.slice(position, end));
        position = end;
        return block;
      });
      this.#blocks.splice(front + at, 0, ...created);
      const fragment = document.createDocumentFragment();
      fragment.append(...created.map((block) => block.element));
      this.#root.insertBefore(fragment, after[0]?.element ?? null);
    }
  }

  /**
   * The blocks that have a part of the text between two offsets.
   * @param {number} start
   * @param {number} end
   */
  between(start, end) {
    const blocks = this.#blocks;
    const first = firstIndex(blocks.length, (at) => blocks[at].start + blocks[at].text.length > start);
    const last = firstIndex(blocks.length, (at) => blocks[at].start >= end);
    return blocks.slice(first, last);
  }

  /**
   * The block that a node of the page is in.
   * @param {Node} node
   */
  of(node) {
    const owner = (node instanceof Element ? node : node.parentElement)?.closest(".block");
    return owner ? this.#byElement.get(owner) : undefined;
  }

  /**
   * The offset in the text of a place in the page, or null if it is none of the text.
   * @param {Node} node
   * @param {number} at
   */
  offset(node, at) {
    const end = this.#blocks.at(-1);
    if (node === this.#root) return this.#blocks[at]?.start ?? (end ? end.start + end.text.length : 0);
    const block = this.of(node);
    if (!block) return null;
    const before = document.createRange();
    before.setStart(block.element, 0);
    before.setEnd(node, at);
    return block.start + before.toString().length;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #note(entries) {
    const near = [];
    for (const { target, isIntersecting } of entries) {
      const block = this.#byElement.get(target);
      if (!block) continue;
      block.near = isIntersecting;
      if (isIntersecting) near.push(block);
    }
    return near;
  }

  /**
   * @param {number} start
   * @param {string} text
   */
  #create(start, text) {
    const block = createBlock(start, text);
    this.#byElement.set(block.element, block);
    this.#observer.observe(block.element);
    return block;
  }

  /** @param {Block} block */
  #remove(block) {
    this.#observer.unobserve(block.element);
    this.#byElement.delete(block.element);
    block.element.remove();
  }
}
