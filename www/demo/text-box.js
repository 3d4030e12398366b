// The box that the text is written in. Browsers lay out a whole text area at every key, which for a book takes a tenth
// of a second; so a long text is edited a part at a time, in a box of its own.

import { byId } from "../shared/dom.js";
import { formatNumber, t } from "../shared/i18n.js";
import { oncePerFrame } from "../shared/pace.js";
import { cutBlocks, mayBeHeaped } from "./blocks.js";

/** Texts that weigh more are edited in parts ... */
const LONG = 40_000;
/** ... of about this weight. */
const PART = 8_000;
/** What a text weighs: its characters, of which each line end is as much work as this many ... */
const LINE = 20;
/** ... and each mark of so many over one letter. */
const HEAP = 100;

export class TextBox {
  #whole = byId("text");
  #part = byId("text-part");
  /** All of the text; the box for the whole holds a short one only. */
  #text = "";
  #onInput;
  /**
   * The ends of the parts, and which of them is on show; none for a short text.
   * @type {number[]}
   */
  #ends = [];
  #at = 0;
  /** Asking a browser to scroll has it lay the box out: that is done with all else of a frame. */
  #toTop = oncePerFrame((/** @type {HTMLTextAreaElement} */ box) => {
    box.scrollTop = 0;
  });

  /** @param {() => void} onInput hears of every change that the reader makes */
  constructor(onInput) {
    this.#onInput = onInput;
    this.#whole.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    this.#whole.addEventListener("input", () => {
      this.#text = this.#whole.value;
      this.#layOut(this.#whole.selectionStart);
      onInput();
    });
    this.#part.addEventListener("beforeinput", (event) => this.#beforePartInput(event));
    this.#part.addEventListener("input", () => this.#onPart());
    byId("previous-part").addEventListener("click", () => this.#show(this.#at - 1));
    byId("next-part").addEventListener("click", () => this.#show(this.#at + 1));
  }

  get value() {
    return this.#text;
  }

  set value(text) {
    this.#text = withPlainLineEnds(text);
    this.#layOut(0);
  }

  /**
   * Brings the part at an offset of a long text on show.
   * @param {number} offset
   */
  reveal(offset) {
    const at = this.#ends.findIndex((end) => end > offset);
    if (at >= 0 && at !== this.#at && document.activeElement !== this.#part) this.#show(at);
  }

  translate() {
    if (this.#ends.length > 0) this.#showPosition();
  }

  /**
   * What would make the text long, as pasting a book does, is put in without the browser's laying it out.
   * @param {InputEvent} event
   */
  #beforeInput(event) {
    const { selectionStart, selectionEnd } = this.#whole;
    const inserted = insertedBy(event);
    const rest = this.#text.slice(0, selectionStart) + this.#text.slice(selectionEnd);
    if (weightOf(rest) + weightOf(inserted) > LONG) this.#insert(event, inserted, selectionStart, selectionEnd);
  }

  /**
   * The same of what would be a part of its own.
   * @param {InputEvent} event
   */
  #beforePartInput(event) {
    const { selectionStart, selectionEnd } = this.#part;
    const inserted = insertedBy(event);
    const start = this.#start();
    if (weightOf(inserted) > PART) this.#insert(event, inserted, start + selectionStart, start + selectionEnd);
  }

  /**
   * @param {InputEvent} event
   * @param {string} inserted
   * @param {number} start
   * @param {number} end
   */
  #insert(event, inserted, start, end) {
    if (!event.cancelable) return;
    event.preventDefault();
    const put = withPlainLineEnds(inserted);
    this.#text = this.#text.slice(0, start) + put + this.#text.slice(end);
    this.#layOut(start, start + put.length);
    this.#onInput();
  }

  /**
   * One box or parts, as the length wants it: with the part at an offset on show, and the cursor as near as can be.
   * @param {number} offset
   */
  #layOut(offset, cursor = offset) {
    const focused = this.#isFocused();
    const long = weightOf(this.#text) > LONG;
    this.#ends = long ? partEnds(this.#text) : [];
    const whole = long ? "" : this.#text;
    const written = this.#whole.value !== whole;
    if (written) this.#whole.value = whole;
    this.#whole.hidden = long;
    byId("text-parts").hidden = !long;
    /** @type {HTMLLabelElement} */ (document.querySelector("#text-title label")).htmlFor = long ? "text-part" : "text";
    if (long) this.#show(this.#ends.findIndex((end) => end > offset));
    else if (written) this.#toTop(this.#whole);
    if (focused && (long || written)) {
      const box = long ? this.#part : this.#whole;
      box.focus({ preventScroll: true });
      const at = Math.min(cursor - this.#start(), box.value.length);
      box.setSelectionRange(at, at);
    }
  }

  /** What is hidden loses the focus. */
  #isFocused() {
    return document.activeElement === this.#whole || document.activeElement === this.#part;
  }

  /**
   * Shows a part; the last one where there is none.
   * @param {number} at
   */
  #show(at) {
    this.#at = this.#ends[at] === undefined ? this.#ends.length - 1 : at;
    this.#part.value = this.#text.slice(this.#start(), this.#ends[this.#at]);
    this.#toTop(this.#part);
    this.#showPosition();
  }

  #showPosition() {
    byId("part-position").textContent = t("part-position", {
      at: formatNumber(this.#at + 1),
      all: formatNumber(this.#ends.length),
    });
    byId("previous-part").disabled = this.#at === 0;
    byId("next-part").disabled = this.#at === this.#ends.length - 1;
  }

  #start() {
    return this.#ends[this.#at - 1] ?? 0;
  }

  #onPart() {
    // Undoing may bring back what a part held of a text that is gone.
    if (this.#ends.length === 0) return;
    const { value } = this.#part;
    const start = this.#start();
    const end = this.#ends[this.#at];
    const change = value.length - (end - start);
    this.#text = this.#text.slice(0, start) + value + this.#text.slice(end);
    for (let at = this.#at; at < this.#ends.length; at++) this.#ends[at] += change;
    // A part that has grown long or vanished, and a text that has become short, is laid out anew.
    if (value.length === 0 || weightOf(value) > 4 * PART || weightOf(this.#text) <= LONG) {
      this.#layOut(start + this.#part.selectionStart);
    }
    this.#onInput();
  }
}

/** As a text area has them. */
const withPlainLineEnds = (/** @type {string} */ text) => text.replace(/\r\n?/g, "\n");

const insertedBy = (/** @type {InputEvent} */ event) => event.data ?? event.dataTransfer?.getData("text/plain") ?? "";

/**
 * Says no more than that it is long where it is.
 * @param {string} text
 */
function weightOf(text) {
  if (text.length > LONG) return text.length;
  let weight = text.length;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) weight += LINE;
  if (mayBeHeaped(text))
    for (const [marks] of text.matchAll(/\p{M}+/gu)) if (marks.length >= HEAP) weight += marks.length * LINE;
  return weight;
}

/**
 * Parts are whole blocks.
 * @param {string} text
 */
function partEnds(text) {
  /** @type {number[]} */
  const ends = [];
  let [start, weight] = [0, 0];
  for (const end of cutBlocks(text, 0, text.length)) {
    weight += weightOf(text.slice(start, end));
    start = end;
    if (end < text.length && weight < PART) continue;
    ends.push(end);
    weight = 0;
  }
  return ends;
}
