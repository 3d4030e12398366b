// What a head finds in the texts of a project: for suggestions, and for what it is least certain of.

import { byId, element, excerpt } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { percent } from "./figures.js";

/**
 * @typedef {import("./project.js").Mark} Mark
 * @typedef {{ id: string, start: number, end: number, text: string, score: number }} Doubt
 *   a sentence without marks, and how certain the head is of its least certain word
 */

/** Sentences that are proposed. */
const PROPOSED = 5;

/**
 * @param {import("../pkg/nerite.js").Recognizer} recognizer
 * @param {string} head
 * @param {import("./project.js").Document[]} documents
 * @param {() => boolean} wanted
 * @returns {Promise<{ suggested: Map<string, Mark[]>, doubts: Doubt[] } | null>} null if it is not wanted any more
 */
export async function suggestions(recognizer, head, documents, wanted) {
  const suggested = new Map();
  /** @type {Doubt[]} */
  const doubts = [];
  for (const { id, text, marks } of documents) {
    const { words, entities } = await recognizer.predict(text, { head });
    if (!wanted()) return null;
    suggested.set(
      id,
      entities.map(({ start, end, type }) => ({ start, end, type })),
    );
    for (const list of bySentence(words)) {
      const [start, end] = [list[0].start, list[list.length - 1].end];
      if (marks.some((mark) => mark.start < end && start < mark.end)) continue;
      const score = Math.min(...list.map(({ score }) => score));
      doubts.push({ id, start, end, text: text.slice(start, end), score });
    }
  }
  return { suggested, doubts: doubts.sort((a, b) => a.score - b.score) };
}

/**
 * Proposes what is to be marked next.
 * @param {Doubt[]} doubts the least certain first
 * @param {(doubt: Doubt) => void} onChoose
 */
export function propose(doubts, onChoose) {
  const items = doubts.slice(0, PROPOSED).map((doubt) => {
    const onclick = () => onChoose(doubt);
    const go = element("button", { type: "button", class: "quiet", onclick }, excerpt(doubt.text, 80));
    return element("li", {}, go, ` ${t("certain", { percent: percent(doubt.score) })}`);
  });
  byId("next").replaceChildren(...items);
}

/** @param {import("../pkg/nerite.js").Word[]} words */
function bySentence(words) {
  /** @type {Map<number, import("../pkg/nerite.js").Word[]>} */
  const sentences = new Map();
  for (const word of words) {
    const list = sentences.get(word.sentence);
    if (list) list.push(word);
    else sentences.set(word.sentence, [word]);
  }
  return sentences.values();
}
