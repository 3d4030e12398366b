// The box that the text is written in. Browsers lay out a whole text area at every key, which for a book takes a tenth
// of a second; so a long text is edited a part at a time, while the box itself holds all of it out of sight.

import { cutBlocks, mayBeHeaped } from "./blocks.js";
import { byId } from "./dom.js";
import { formatNumber, t } from "./i18n.js";
import { oncePerFrame } from "./pace.js";

/** Texts that weigh more are edited in parts ... */
const LONG = 40_000;
/** ... of about this weight. */
const PART = 8_000;
/** What a text weighs: its characters, of which each line end is as much work as this many ... */
const LINE = 20;
/** ... and each mark of many over one letter. */
const HEAP = /\p{M}{100,}/gu;

export class TextBox {
  #whole = byId("text");
  #part = byId("text-part");
  /** What the box holds. To write a long text into it takes longer than a key may: that is done once in a frame. */
  #text = "";
  #writeSoon = oncePerFrame(() => this.#write());
  #onInput;
  /** The ends of the parts, and which of them is on show; none for a short text. */
  #ends = [];
  #at = 0;
  /** Asking a browser to scroll has it lay the box out: that is done with all else of a frame. */
  #toTop = oncePerFrame((box) => {
    box.scrollTop = 0;
  });

  /** @param {() => void} onInput hears of every change that the reader makes */
  constructor(onInput) {
    this.#onInput = onInput;
    this.#whole.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    this.#whole.addEventListener("input", () => {
      this.#text = this.#whole.value;
      this.#layOut();
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
    this.#expect(weightOf(text));
    this.#whole.value = text;
    this.#text = this.#whole.value;
    if (!this.#whole.hidden) this.#toTop(this.#whole);
    this.#ends = [];
    this.#layOut();
  }

  /** Brings the part at an offset of a long text on show. */
  reveal(offset) {
    const at = this.#ends.findIndex((end) => end > offset);
    if (at >= 0 && at !== this.#at && document.activeElement !== this.#part) this.#show(at);
  }

  translate() {
    if (this.#ends.length > 0) this.#showPosition();
  }

  /** What would make the text long, as pasting a book does, is put in without the browser's laying it out. */
  #beforeInput(event) {
    const { selectionStart, selectionEnd } = this.#whole;
    const inserted = insertedBy(event);
    const rest = this.#text.slice(0, selectionStart) + this.#text.slice(selectionEnd);
    if (weightOf(rest) + weightOf(inserted) > LONG) this.#insert(event, inserted, selectionStart, selectionEnd);
  }

  /** The same of what would be a part of its own. */
  #beforePartInput(event) {
    const { selectionStart, selectionEnd } = this.#part;
    const inserted = insertedBy(event);
    const start = this.#start();
    if (weightOf(inserted) > PART) this.#insert(event, inserted, start + selectionStart, start + selectionEnd);
  }

  #insert(event, inserted, start, end) {
    if (!event.cancelable) return;
    event.preventDefault();
    const focused = this.#isFocused();
    this.#expect(weightOf(this.#text.slice(0, start)) + weightOf(inserted) + weightOf(this.#text.slice(end)));
    this.#write();
    this.#whole.setRangeText(inserted, start, end, "end");
    this.#text = this.#whole.value;
    this.#layOut(start, focused);
    this.#onInput();
  }

  #write() {
    if (this.#whole.value !== this.#text) this.#whole.value = this.#text;
  }

  /** A long text must never be in a box that the browser lays out. */
  #expect(weight) {
    if (weight > LONG) this.#whole.hidden = true;
  }

  /** One box or parts, as the length wants it. */
  #layOut(offset = 0, focused = this.#isFocused()) {
    const long = weightOf(this.#text) > LONG;
    this.#ends = long ? partEnds(this.#text) : [];
    this.#whole.hidden = long;
    byId("text-parts").hidden = !long;
    document.querySelector("#text-title label").htmlFor = long ? "text-part" : "text";
    if (long) this.#show(Math.max(0, this.#ends.findIndex((end) => end > offset)));
    if (focused) (long ? this.#part : this.#whole).focus({ preventScroll: true });
  }

  /** What is hidden loses the focus. */
  #isFocused() {
    return [this.#whole, this.#part].includes(document.activeElement);
  }

  #show(at) {
    this.#at = Math.min(Math.max(at, 0), this.#ends.length - 1);
    this.#part.value = this.#text.slice(this.#start(), this.#ends[this.#at]);
    this.#toTop(this.#part);
    this.#showPosition();
  }

  #showPosition() {
    byId("part-position").textContent = t("part-position", { at: formatNumber(this.#at + 1), all: formatNumber(this.#ends.length) });
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
    this.#writeSoon();
    for (let at = this.#at; at < this.#ends.length; at++) this.#ends[at] += change;
    // A part that has grown long or vanished, and a text that has become short, is laid out anew.
    if (value.length === 0 || weightOf(value) > 4 * PART || weightOf(this.#text) <= LONG) {
      this.#write();
      this.#layOut(start);
    }
    this.#onInput();
  }
}

const insertedBy = (event) => event.data ?? event.dataTransfer?.getData("text/plain") ?? "";

/** Says no more than that it is long where it is. */
function weightOf(text) {
  if (text.length > LONG) return text.length;
  let weight = text.length;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) weight += LINE;
  if (mayBeHeaped(text)) for (const [heap] of text.matchAll(HEAP)) weight += heap.length * LINE;
  return weight;
}

/** Parts are whole blocks. */
function partEnds(text) {
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
