// The text with its marks: a text box that cannot be written in, so that selection and reading aloud are the browser's.

import { byId, element, excerpt, focusAgain, focusIn } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { withMark } from "./project.js";

/**
 * @typedef {import("./project.js").Document} Document
 * @typedef {import("./project.js").Mark} Mark
 * @typedef {Mark & { suggested: boolean }} Shown
 */

const MOVES = /^(Arrow|Home|End|Page)/;

/**
 * Whether a word may go on from one character to the next: where Latin letters meet others, as in "Obama는", training and
 * reading cut.
 * @param {string} one
 * @param {string} other
 */
function isOneWord(one, other) {
  const isLetter = (/** @type {string} */ character) => /\p{L}/u.test(character);
  const isLatin = (/** @type {string} */ character) => /\p{Script=Latin}/u.test(character);
  return !isLetter(one) || !isLetter(other) || isLatin(one) === isLatin(other);
}

/**
 * The bounds of the words that a selection touches, without spaces at its ends.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
export function wholeWords(text, start, end) {
  /** @param {number} at */
  const isWord = (at) => at >= 0 && at < text.length && /[\p{L}\p{M}\p{N}]/u.test(characterAt(text, at));
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  /** @param {number} at */
  const goesOn = (at) => isWord(at - 1) && isWord(at) && isOneWord(characterAt(text, at - 1), characterAt(text, at));
  if (start === end && isWord(start - 1)) start -= 1;
  else if (start === end && isWord(end)) end += 1;
  if (start < end && isWord(start)) while (goesOn(start)) start -= 1;
  if (start < end && isWord(end - 1)) while (goesOn(end)) end += 1;
  return [start, end];
}

/**
 * The character that a code unit belongs to.
 * @param {string} text
 * @param {number} at
 */
function characterAt(text, at) {
  const isLow = /[\uDC00-\uDFFF]/.test(text[at]) && at > 0;
  return String.fromCodePoint(text.codePointAt(isLow ? at - 1 : at) ?? 0);
}

/**
 * The key that was meant: under an input method, or on a keyboard whose digits want Shift, the one in its place.
 * @param {KeyboardEvent} event
 */
function plainKey({ key, code, shiftKey }) {
  if (/^[a-z1-9]$/i.test(key)) return key.toLowerCase();
  const place = /^(?:Key|Digit|Numpad)([A-Z1-9])$/.exec(code)?.[1].toLowerCase();
  return place && !shiftKey && (key.length === 1 || key === "Process" || key === "Unidentified") ? place : key;
}

export class Marking {
  #box = byId("marking");
  #mirror = byId("mirror");
  #said = byId("said");
  /** @type {Document | null} */
  #document = null;
  /** @type {import("./project.js").Type[]} */
  #types = [];
  /** @type {Mark[]} */
  #suggestions = [];
  /** What was selected when a key was pressed. */
  #selected = [0, 0];
  #onChange;
  #onDismiss;

  /**
   * @param {(document: Document) => void} onChange hears of a document with other marks
   * @param {(document: Document, suggestion: Mark) => void} onDismiss hears of what was suggested in vain
   */
  constructor(onChange, onDismiss) {
    this.#onChange = onChange;
    this.#onDismiss = onDismiss;
    // Only selecting is wanted, whatever it is that would change the text.
    this.#box.addEventListener("beforeinput", (event) => event.preventDefault());
    // What an input method composes cannot be prevented, but taken back.
    this.#box.addEventListener("input", () => this.#restore());
    this.#box.addEventListener("compositionend", () => this.#restore());
    for (const name of ["drop", "paste", "cut"]) this.#box.addEventListener(name, (event) => event.preventDefault());
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    this.#box.addEventListener("scroll", () => {
      this.#mirror.scrollTop = this.#box.scrollTop;
    });
    this.#box.addEventListener("select", () => this.#tell());
    this.#box.addEventListener("click", () => this.#tell());
    this.#box.addEventListener("keyup", (event) => MOVES.test(event.key) && this.#tell());
  }

  /**
   * Shows a document.
   * @param {Document | null} document
   * @param {import("./project.js").Type[]} types
   * @param {Mark[]} suggestions
   */
  show(document, types, suggestions = []) {
    const isOther = this.#document?.id !== document?.id;
    this.#document = document;
    this.#types = types;
    const marks = document?.marks ?? [];
    const isFree = (/** @type {Mark} */ own) => marks.every((mark) => mark.end <= own.start || own.end <= mark.start);
    this.#suggestions = document ? suggestions.filter(isFree) : [];
    const text = document?.text ?? "";
    if (this.#box.value !== text) this.#box.value = text;
    this.#box.disabled = !document;
    if (isOther) this.#box.setSelectionRange(0, 0);
    this.#paint(text);
    this.#list();
  }

  /** The text as it was, with the cursor where it was. */
  #restore() {
    const text = this.#document?.text ?? "";
    if (this.#box.value === text) return;
    const [start, end] = this.#selected;
    this.#box.value = text;
    this.#box.setSelectionRange(start, end);
  }

  /** @returns {Shown[]} */
  get #all() {
    const marks = (this.#document?.marks ?? []).map((mark) => ({ ...mark, suggested: false }));
    const suggested = this.#suggestions.map((mark) => ({ ...mark, suggested: true }));
    return [...marks, ...suggested].sort((a, b) => a.start - b.start);
  }

  /** @param {string} type */
  #colour(type) {
    return this.#types.find(({ name }) => name === type)?.colour;
  }

  /** @param {string} text */
  #paint(text) {
    /** @type {(string | HTMLElement)[]} */
    const parts = [];
    let at = 0;
    for (const { start, end, type, suggested } of this.#all) {
      parts.push(text.slice(at, start));
      const attributes = { "data-colour": this.#colour(type), class: suggested ? "suggested" : null };
      parts.push(element("mark", attributes, text.slice(start, end)));
      at = end;
    }
    // A last line that is empty has a height only if something stands in it.
    this.#mirror.replaceChildren(...parts, `${text.slice(at)}\u200b`);
    this.#mirror.scrollTop = this.#box.scrollTop;
  }

  #list() {
    const text = this.#document?.text ?? "";
    const place = byId("marks");
    const focused = focusIn(place);
    const items = this.#all.map((mark) => {
      const { start, end, type, suggested } = mark;
      const go = element(
        "button",
        { type: "button", class: "quiet", "data-focus": `${start} go`, onclick: () => this.#select(mark) },
        excerpt(text.slice(start, end), 40),
      );
      const known = this.#types.some(({ name }) => name === type);
      const accept = suggested && known ? this.#button("accept", mark, "\u2713", () => this.#accept(mark)) : null;
      const drop = this.#button(suggested ? "dismiss" : "unmark", mark, "\u00d7", () => this.#drop(mark));
      const attributes = { "data-colour": this.#colour(type), class: suggested ? "suggested" : null };
      return element("li", attributes, go, element("span", {}, type), accept, drop);
    });
    place.replaceChildren(...items);
    if (focused === undefined) return;
    focusAgain(place, focused);
    // What was there went: the text is the place to go on.
    if (!place.contains(document.activeElement)) this.#box.focus();
  }

  /**
   * @param {string} key
   * @param {Mark} mark
   * @param {string} sign
   * @param {() => void} onclick
   */
  #button(key, { start, end }, sign, onclick) {
    const label = t(key, { text: this.#excerpt({ start, end }) });
    const attributes = { type: "button", class: "quiet", "aria-label": label, title: label, onclick };
    return element("button", { ...attributes, "data-focus": `${start} ${key}` }, sign);
  }

  /** @param {{ start: number, end: number }} place */
  #excerpt({ start, end }) {
    return excerpt(this.#document?.text.slice(start, end) ?? "", 40);
  }

  /** @param {{ start: number, end: number }} place */
  #select({ start, end }) {
    this.#box.focus();
    this.#box.setSelectionRange(start, end);
    this.#tell();
  }

  /** The mark or suggestion in which the selection begins. */
  #current() {
    const { selectionStart: from, selectionEnd: to } = this.#box;
    return this.#all.find(({ start, end }) => start <= from && (from < end || (from === to && from === end)));
  }

  /** @param {string} text */
  #say(text) {
    this.#said.textContent = text;
  }

  #tell() {
    const mark = this.#current();
    if (!mark) return;
    const text = this.#excerpt(mark);
    this.#say(t(mark.suggested ? "said-suggested" : "said-marked", { text, type: mark.type }));
  }

  /**
   * @param {Document} document
   * @param {Mark[]} marks
   */
  #change(document, marks) {
    const { selectionStart, selectionEnd } = this.#box;
    this.#onChange({ ...document, marks });
    this.#box.setSelectionRange(selectionStart, selectionEnd);
  }

  /**
   * Gives what is selected a type: the mark at the cursor another one, or the selection, or the word.
   * @param {string} type
   */
  mark(type) {
    if (!this.#document) return;
    const { selectionStart: from, selectionEnd: to } = this.#box;
    const { text, marks } = this.#document;
    const current = this.#current();
    const within = current && (from === to || (from >= current.start && to <= current.end));
    const [start, end] = within && from === to ? [current.start, current.end] : wholeWords(text, from, to);
    if (start >= end) {
      this.#say(t("said-nothing"));
      return;
    }
    this.#suggestions = this.#suggestions.filter((own) => own.end <= start || end <= own.start);
    this.#change(this.#document, withMark(marks, { start, end, type }));
    this.#box.setSelectionRange(end, end);
    this.#say(t("said-marked", { text: excerpt(text.slice(start, end), 40), type }));
  }

  /** @param {Mark} mark */
  #accept({ start, end, type }) {
    if (!this.#document) return;
    if (!this.#types.some(({ name }) => name === type)) {
      this.#say(t("said-unknown", { type }));
      return;
    }
    this.#suggestions = this.#suggestions.filter((own) => own.start !== start);
    this.#change(this.#document, withMark(this.#document.marks, { start, end, type }));
    this.#say(t("said-marked", { text: this.#excerpt({ start, end }), type }));
  }

  /** @param {Shown} mark */
  #drop({ start, end, type, suggested }) {
    if (!this.#document) return;
    const text = this.#excerpt({ start, end });
    if (suggested) {
      this.#onDismiss(this.#document, { start, end, type });
    } else {
      const { marks } = this.#document;
      this.#change(
        this.#document,
        marks.filter((mark) => mark.start !== start),
      );
    }
    this.#say(t("said-removed", { text, type }));
  }

  /**
   * Goes to the next suggestion, or the one before.
   * @param {1 | -1} step
   */
  #walk(step) {
    const { selectionStart: at } = this.#box;
    const own = this.#suggestions.filter(({ start }) => (step > 0 ? start > at : start < at));
    const next = step > 0 ? own[0] : own[own.length - 1];
    if (next) this.#select(next);
    else this.#say(t("said-no-more"));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    this.#selected = [this.#box.selectionStart, this.#box.selectionEnd];
    const key = plainKey(event);
    const type = /^[1-9]$/.test(key) ? this.#types[Number(key) - 1] : null;
    const current = this.#current();
    if (type) this.mark(type.name);
    else if (key === "Enter" && current?.suggested) {
      this.#accept(current);
      this.#walk(1);
    } else if ((key === "Backspace" || key === "Delete") && current) {
      this.#drop(current);
      if (current.suggested) this.#walk(1);
    } else if (key === "n") this.#walk(1);
    else if (key === "p") this.#walk(-1);
    else return;
    event.preventDefault();
  }
}
