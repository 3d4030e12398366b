// What the reader has decided of single places and values: to keep them, or to take them out.

import { editOf } from "../edit.js";

/**
 * @typedef {{ start: number, end: number, type: string, origin?: string }} Place in the original text
 * @typedef {{ keepAt: [number, number][], marks: Place[], keep: string[], always: string[] }} Wishes for the package
 */

/** @param {string} value */
const folded = (value) => value.trim().toLowerCase();

/** @param {Place} a @param {Place} b */
const meet = (a, b) => a.start < b.end && b.start < a.end;

export class Decisions {
  /** @type {Place[]} */
  #kept = [];
  /** @type {Place[]} */
  #marks = [];
  /** Values by how they compare. @type {Map<string, string>} */
  #keep = new Map();
  /** @type {Map<string, string>} */
  #always = new Map();

  /** Places that are kept one by one. */
  get kept() {
    return this.#kept;
  }

  get isEmpty() {
    return this.#kept.length + this.#marks.length + this.#keep.size + this.#always.size === 0;
  }

  /** @returns {Wishes} */
  get wishes() {
    return {
      keepAt: this.#kept.map(({ start, end }) => [start, end]),
      marks: this.#marks.map(({ start, end, type }) => ({ start, end, type })),
      keep: [...this.#keep.values()],
      always: [...this.#always.values()],
    };
  }

  /** @param {Place} place */
  keepHere(place) {
    this.#marks = this.#marks.filter((mark) => !meet(mark, place));
    this.#kept = [...this.#kept.filter((own) => !meet(own, place)), place];
  }

  /** @param {Place} place */
  redactHere(place) {
    this.#kept = this.#kept.filter((own) => !meet(own, place));
    this.#marks = [...this.#marks.filter((mark) => !meet(mark, place)), place];
  }

  /** Undoes `keepHere`. @param {Place} place */
  forget(place) {
    this.#kept = this.#kept.filter((own) => !meet(own, place));
  }

  /**
   * @param {string} value
   * @param {string} text that the marks are of
   */
  keepAll(value, text) {
    this.#always.delete(folded(value));
    this.#marks = this.#marks.filter(({ start, end }) => folded(text.slice(start, end)) !== folded(value));
    this.#keep.set(folded(value), value.trim());
  }

  /**
   * @param {string} value
   * @param {string} text that the kept places are of
   */
  redactAll(value, text) {
    this.#keep.delete(folded(value));
    this.#kept = this.#kept.filter(({ start, end }) => folded(text.slice(start, end)) !== folded(value));
    this.#always.set(folded(value), value.trim());
  }

  /** Whether this value is kept wherever it stands. @param {string} value */
  isKept(value) {
    return this.#keep.has(folded(value));
  }

  /** Undoes `keepAll`. @param {string} value */
  forgetValue(value) {
    this.#keep.delete(folded(value));
  }

  clear() {
    this.#kept = [];
    this.#marks = [];
    this.#keep.clear();
    this.#always.clear();
  }

  /**
   * Follows a change of the text: places before it stay, places after it move, and those in it are forgotten.
   * @param {string} before
   * @param {string} after
   */
  follow(before, after) {
    if (before === after || this.#kept.length + this.#marks.length === 0) return;
    const { start, end, added } = editOf(before, after);
    const moved = start + added - end;
    /** @param {Place[]} places */
    const followed = (places) =>
      places.flatMap((place) => {
        if (place.end <= start) return [place];
        if (place.start >= end) {
          return [{ ...place, start: place.start + moved, end: place.end + moved }];
        }
        return [];
      });
    this.#kept = followed(this.#kept);
    this.#marks = followed(this.#marks);
  }
}
