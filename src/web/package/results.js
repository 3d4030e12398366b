// What heads have said of some sentences: sentence by sentence, as it is kept, and as pages see it.

/** @import { Entity, Word } from "./nerite.js" */
/** @import { Found, Result } from "./internal.js" */
/** @import { Outline } from "./sentences.js" */

/**
 * A head's answer for sentences `from` to `to`, sentence by sentence.
 * @param {Result} answer
 * @param {Outline} outline
 * @param {number} from
 * @param {number} to
 * @param {number} width how many tags there are
 */
export function divided({ tags, probabilities, entities, doubtful }, outline, from, to, width) {
  /** @type {Result[]} */
  const results = [];
  const base = outline.ends[from];
  const takeEntities = inOrder(entities);
  const takeDoubtful = inOrder(doubtful);
  for (let sentence = from; sentence < to; sentence++) {
    const [first, last] = [outline.ends[sentence] - base, outline.ends[sentence + 1] - base];
    results.push({
      tags: tags.subarray(first, last),
      probabilities: probabilities.subarray(first * width, last * width),
      entities: takeEntities(first, last),
      doubtful: takeDoubtful(first, last),
    });
  }
  return results;
}

/**
 * Takes a list apart, sentence by sentence: those that begin before the word `last`, counted from `first`.
 * @param {Found[]} all
 */
function inOrder(all) {
  let next = 0;
  return (/** @type {number} */ first, /** @type {number} */ last) => {
    /** @type {Found[]} */
    const own = [];
    for (; next < all.length && all[next].words[0] < last; next++) {
      const { words, type, score } = all[next];
      own.push({ words: [words[0] - first, words[1] - first], type, score });
    }
    return own;
  };
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
  /** @type {Entity[]} */
  const doubtful = [];
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
    const seen = (/** @type {Found} */ { words: [from, to], type, score }) => {
      const [start, end] = [outline.start(first + from), outline.end(first + to - 1)];
      const text = outline.text.slice(start, end);
      return { start, end, type, text, score, words: /** @type {[number, number]} */ ([first + from, first + to]) };
    };
    // One by one: a sentence may be the whole text, and arguments are few.
    for (const own of result.entities) entities.push(seen(own));
    for (const own of result.doubtful) doubtful.push(seen(own));
  });
  return { words, entities, doubtful };
}
