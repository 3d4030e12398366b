// What a redacted text is made of, as the view of results takes it: words, among them what stands for something that
// was taken out, and marks around these and around what was left.

/**
 * @typedef {import("../../pkg/nerite.js").Redaction} Redaction
 * @typedef {import("./decisions.js").Place} Place
 * @typedef {{
 *   start: number, end: number, type: string, score: number, words: [number, number],
 *   state: "hidden" | "kept" | "left", original: [number, number], origin: string,
 * }} Mark in the redacted text
 * @typedef {{ start: number, end: number, tag: string, score: number }} Word
 */

/** Runs of letters and digits, with what may stand within a word. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:[-'\u2019.@\u00b7][\p{L}\p{M}\p{N}_]+)*/gu;

/** Marks that are looked at before the time is. */
const AT_A_TIME = 128;

/**
 * @param {Pick<Redaction, "text" | "hidden" | "left" | "toRedacted">} redaction
 * @param {Place[]} kept what the reader keeps
 * @param {() => Promise<void>} pace of a pacer: a text may be a book
 * @returns {Promise<{ words: Word[], entities: Mark[] }>}
 */
export async function pieces(redaction, kept, pace) {
  /** @type {Omit<Mark, "words">[]} */
  const marks = [];
  for (const { start, end, type, score, origin, redacted } of redaction.hidden) {
    if (!redacted || redacted[0] === redacted[1]) continue;
    const [from, to] = redacted;
    marks.push({ start: from, end: to, type, score, state: "hidden", original: [start, end], origin });
  }
  /** @param {Place & { score?: number, origin?: string }} place @param {"kept" | "left"} state */
  const standing = ({ start, end, type, score = 1, origin = "user" }, state) => {
    const from = redaction.toRedacted(start);
    marks.push({ start: from, end: from + (end - start), type, score, state, original: [start, end], origin });
  };
  for (const place of redaction.left) standing(place, "left");
  for (const place of kept) standing(place, "kept");
  marks.sort((a, b) => a.start - b.start || b.end - a.end);
  // What overlaps the one before it is not drawn: a kept place may have been found anew in another way.
  let end = 0;
  const apart = marks.filter((mark) => {
    if (mark.start < end) return false;
    end = mark.end;
    return true;
  });
  /** @type {Word[]} */
  const words = [];
  /** @param {number} start @param {number} end */
  const addWords = (start, end) => {
    for (const found of redaction.text.slice(start, end).matchAll(WORD)) {
      const from = start + found.index;
      words.push({ start: from, end: from + found[0].length, tag: "O", score: 1 });
    }
  };
  /** @type {Mark[]} */
  const entities = [];
  let at = 0;
  for (const [index, mark] of apart.entries()) {
    if (index % AT_A_TIME === 0) await pace();
    addWords(at, mark.start);
    words.push({ start: mark.start, end: mark.end, tag: mark.type, score: mark.score });
    entities.push({ ...mark, words: [words.length - 1, words.length] });
    at = mark.end;
  }
  addWords(at, redaction.text.length);
  return { words, entities };
}

/**
 * How many places of each type were taken out, the most frequent first.
 * @param {{ type: string }[]} places
 * @returns {[string, number][]}
 */
export function byType(places) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { type } of places) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
