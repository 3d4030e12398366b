// Two predictions of one text: which entities one has and the other has not.

import { forEachInPieces, pacer } from "../shared/pace.js";
import { tagType } from "../shared/tags.js";

/**
 * @typedef {import("../pkg/nerite.js").Entity} Entity
 * @typedef {{ tags: string[], entities: Entity[] }} Found what a head knows, and has found: in the order of the text and
 *   without overlaps
 */

/**
 * Where each model has a type that the other one does not know, nobody can say whether they mean the same: then it is the
 * place that counts.
 * @param {Found} first
 * @param {Found} second
 * @returns {Promise<{ onlyFirst: Set<Entity>, onlySecond: Set<Entity>, byPlace: boolean }>} and whether there are such types
 */
export async function differences(first, second) {
  const pace = pacer();
  const [own, others] = [first, second].map(({ tags }) => new Set(tags.map(tagType)));
  /** @param {Entity} one @param {Entity} other */
  const same = (one, other) =>
    one.start === other.start &&
    one.end === other.end &&
    (one.type === other.type || [one, other].every(({ type }) => !own.has(type) || !others.has(type)));
  return {
    onlyFirst: await missing(first.entities, second.entities, same, pace),
    onlySecond: await missing(second.entities, first.entities, same, pace),
    byPlace: [...own].some((type) => !others.has(type)) && [...others].some((type) => !own.has(type)),
  };
}

/**
 * The entities that are not among others.
 * @param {Entity[]} entities
 * @param {Entity[]} others
 * @param {(one: Entity, other: Entity) => boolean} same
 * @param {() => Promise<void>} pace
 */
async function missing(entities, others, same, pace) {
  /** @type {Set<Entity>} */
  const found = new Set();
  let next = 0;
  await forEachInPieces(entities, pace, (entity) => {
    while (next < others.length && others[next].start < entity.start) next += 1;
    const other = others[next];
    if (!other || !same(entity, other)) found.add(entity);
  });
  return found;
}
