// Two predictions of one text: which entities one has and the other has not.

import { forEachInPieces, pacer } from "../shared/pace.js";

/** @typedef {import("../pkg/nerite.js").Entity} Entity */

/**
 * @param {Entity[]} first entities of a prediction, in the order of the text and without overlaps
 * @param {Entity[]} second
 * @returns {Promise<{ onlyFirst: Set<Entity>, onlySecond: Set<Entity> }>}
 */
export async function differences(first, second) {
  const pace = pacer();
  return { onlyFirst: await missing(first, second, pace), onlySecond: await missing(second, first, pace) };
}

/**
 * The entities that are not among others.
 * @param {Entity[]} entities
 * @param {Entity[]} others
 * @param {() => Promise<void>} pace
 */
async function missing(entities, others, pace) {
  /** @type {Set<Entity>} */
  const found = new Set();
  let next = 0;
  await forEachInPieces(entities, pace, (entity) => {
    while (next < others.length && others[next].start < entity.start) next += 1;
    const other = others[next];
    if (other?.start !== entity.start || other.end !== entity.end || other.type !== entity.type) found.add(entity);
  });
  return found;
}
