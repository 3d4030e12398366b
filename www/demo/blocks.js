// A text in blocks: the unit in which the result is laid out, drawn and drawn again. Blocks add up to the text.

import { editOf } from "./edit.js";

/** A block ends with the first line end after this many characters ... */
const ENOUGH = 1200;
/** ... or within a line that goes on for as long as this, after a sentence or at least after a word. */
const MOST = 2600;
/** Without any white space it ends here all the same. */
const LIMIT = 8000;

/** So many marks over one letter are no writing; browsers take the square of their number to lay them out. */
const HEAP = 300;
/** Marks over one letter, no more of them than that. */
const MARKS = new RegExp(`\\p{M}{1,${HEAP}}`, "gu");
/** One of so many places is looked at to see whether there may be a heap: long ones cannot be missed. */
const STRIDE = 100;
/** A mark, or the second half of what may be one. */
const MARK = /^[\p{M}\udc00-\udfff]/u;

/**
 * The ends of the blocks of text[from, to).
 * @param {string} text
 * @param {number} from
 * @param {number} to
 */
export function cutBlocks(text, from, to) {
  /** @type {number[]} */
  const ends = [];
  const heaped = mayBeHeaped(text, from, to);
  let start = from;
  while (start < to) {
    const heap = heaped ? firstHeap(text.slice(start, Math.min(to, start + LIMIT))) : null;
    const heapEnd = heap ? start + heap.index + heap[0].length : Infinity;
    start = heap && heap.index < ENOUGH ? heapEnd : Math.min(heapEnd, blockEnd(text, start, to));
    ends.push(start);
  }
  return ends;
}

/**
 * Whether text[from, to) may have a hundred marks or more over one letter. Looking at all of a book takes too long.
 * @param {string} text
 */
export function mayBeHeaped(text, from = 0, to = text.length) {
  for (let at = from; at < to; at += STRIDE) if (MARK.test(text.slice(at, at + 2))) return true;
  return false;
}

/**
 * Looks at each mark once, which a pattern for so many of them does not.
 * @param {string} text
 */
function firstHeap(text) {
  for (const match of text.matchAll(MARKS)) if (match[0].length >= HEAP) return match;
  return null;
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} to
 */
function blockEnd(text, start, to) {
  if (to - start <= ENOUGH) return to;
  const line = text.slice(start + ENOUGH, Math.min(to, start + MOST)).indexOf("\n") + 1;
  if (line > 0) return start + ENOUGH + line;
  if (to - start <= MOST) return to;
  const piece = text.slice(start, Math.min(to, start + LIMIT));
  const head = piece.slice(0, MOST);
  const cut =
    lastMatch(head, /[.!?\u2026\u3002]["'\u201d\u2019)]*\s+/g) ||
    lastMatch(head, /\s+/g) ||
    firstMatch(piece.slice(MOST), /\s+/);
  if (cut) return start + cut;
  if (piece.length < LIMIT) return to;
  const end = start + LIMIT;
  return /[\udc00-\udfff]/.test(text[end] ?? "") ? end + 1 : end;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function lastMatch(text, pattern) {
  let end = 0;
  // Not near the beginning: blocks of a few words would be as bad as none.
  for (const match of text.matchAll(pattern)) if (match.index > ENOUGH / 2) end = match.index + match[0].length;
  return end;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function firstMatch(text, pattern) {
  const match = pattern.exec(text);
  return match && MOST + match.index + match[0].length;
}

/**
 * What of the old blocks remains in a new text: the counts of those to keep at the front and at the back, and between
 * them the ends of the new ones. An edit thereby moves no block that it does not touch.
 *
 * @param {{ text: string }[]} blocks
 * @param {string} text
 */
export function recut(blocks, text) {
  const edit = editOf(blocks.map((block) => block.text).join(""), text);
  let front = 0;
  let start = 0;
  while (front < blocks.length && start + blocks[front].text.length <= edit.start) start += blocks[front++].text.length;

  let back = 0;
  let end = text.length;
  while (back < blocks.length - front) {
    const last = blocks[blocks.length - 1 - back].text;
    if (end - last.length < edit.start + edit.added) break;
    end -= last.length;
    back += 1;
  }
  // The neighbours of an edit are cut anew as well, so that what is typed at an end joins what it belongs to.
  if (start < end || front + back < blocks.length) {
    if (front > 0) start -= blocks[--front].text.length;
    if (back > 0) end += blocks[blocks.length - back--].text.length;
  }
  return { front, back, ends: cutBlocks(text, start, end), start };
}

/**
 * Whether the line at an offset runs from right to left: its first letter says so.
 * @param {string} text
 * @param {number} at
 */
export function isRtl(text, at) {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const [letter] = /\p{L}/u.exec(text.slice(Math.max(start, at - LIMIT), end < 0 ? undefined : end)) ?? [""];
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u.test(letter);
}

/**
 * The first index of a sorted list for which `after` holds.
 * @param {number} length
 * @param {(index: number) => boolean} after
 */
export function firstIndex(length, after) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (after(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
