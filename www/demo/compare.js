// Two predictions of one text: which entities one has and the other has not.

import { forEachInPieces, pacer } from "../shared/pace.js";

/**
 * @param {Array} first entities of a prediction, in the order of the text and without overlaps
 * @param {Array} second
 * @returns {Promise<{ onlyFirst: Set, onlySecond: Set }>}
 */
export async function differences(first, second) {
  const pace = pacer();
  return { onlyFirst: await missing(first, second, pace), onlySecond: await missing(second, first, pace) };
}

/** The entities that are not among others. */
async function missing(entities, others, pace) {
  const found = new Set();
  let next = 0;
  await forEachInPieces(entities, pace, (entity) => {
    while (next < others.length && others[next].start < entity.start) next += 1;
    const other = others[next];
    if (other?.start !== entity.start || other.end !== entity.end || other.type !== entity.type) found.add(entity);
  });
  return found;
}
