// What heads have said of some sentences: sentence by sentence, as it is kept, and as pages see it.

/** @import { Entity, Word } from "./nerite.js" */
/** @import { Result } from "./internal.js" */
/** @import { Outline } from "./sentences.js" */

/**
 * A head's answer for sentences `from` to `to`, sentence by sentence.
 * @param {Result} answer
 * @param {Outline} outline
 * @param {number} from
 * @param {number} to
 * @param {number} width how many tags there are
 */
export function divided({ tags, probabilities, entities }, outline, from, to, width) {
  /** @type {Result[]} */
  const results = [];
  const base = outline.ends[from];
  let entity = 0;
  for (let sentence = from; sentence < to; sentence++) {
    const [first, last] = [outline.ends[sentence] - base, outline.ends[sentence + 1] - base];
    /** @type {Result["entities"]} */
    const own = [];
    for (; entity < entities.length && entities[entity].words[0] < last; entity++) {
      const { words, type, score } = entities[entity];
      own.push({ words: [words[0] - first, words[1] - first], type, score });
    }
    results.push({
      tags: tags.subarray(first, last),
      probabilities: probabilities.subarray(first * width, last * width),
      entities: own,
    });
  }
  return results;
}

/**
 * Words and entities of sentences from `from` on, as pages see them.
 * @param {Outline} outline
 * @param {number} from
 * @param {Result[]} results
 * @param {string[]} tags
 */
export function built(outline, from, results, tags) {
  /** @type {Word[]} */
  const words = [];
  /** @type {Entity[]} */
  const entities = [];
  results.forEach((result, offset) => {
    const sentence = from + offset;
    const first = outline.ends[sentence];
    result.tags.forEach((tag, index) => {
      const word = first + index;
      const probabilities = result.probabilities.subarray(index * tags.length, (index + 1) * tags.length);
      words.push({
        start: outline.start(word),
        end: outline.end(word),
        tag: tags[tag],
        score: probabilities[tag],
        probabilities,
        sentence,
        ...(outline.continues(word) && { continues: true }),
      });
    });
    for (const {
      words: [from, to],
      type,
      score,
    } of result.entities) {
      const [start, end] = [outline.start(first + from), outline.end(first + to - 1)];
      entities.push({
        start,
        end,
        type,
        text: outline.text.slice(start, end),
        score,
        words: [first + from, first + to],
      });
    }
  });
  return { words, entities };
}
