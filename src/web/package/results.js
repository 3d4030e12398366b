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
export function divided({ tags, probabilities, entities, doubtful }, outline, from, to, width) {
  /** @type {Result[]} */
  const results = [];
  const base = outline.ends[from];
  const rest = [entities.values(), doubtful.values()].map((all) => ({ all, next: all.next() }));
  for (let sentence = from; sentence < to; sentence++) {
    const [first, last] = [outline.ends[sentence] - base, outline.ends[sentence + 1] - base];
    const [sure, unsure] = rest.map((list) => {
      /** @type {Result["entities"]} */
      const own = [];
      for (; !list.next.done && list.next.value.words[0] < last; list.next = list.all.next()) {
        const { words, type, score } = list.next.value;
        own.push({ words: [words[0] - first, words[1] - first], type, score });
      }
      return own;
    });
    results.push({
      tags: tags.subarray(first, last),
      probabilities: probabilities.subarray(first * width, last * width),
      entities: sure,
      doubtful: unsure,
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
    const seen = (/** @type {Result["entities"][number]} */ { words: [from, to], type, score }) => {
      const [start, end] = [outline.start(first + from), outline.end(first + to - 1)];
      const text = outline.text.slice(start, end);
      return { start, end, type, text, score, words: /** @type {[number, number]} */ ([first + from, first + to]) };
    };
    entities.push(...result.entities.map(seen));
    doubtful.push(...result.doubtful.map(seen));
  });
  return { words, entities, doubtful };
}
