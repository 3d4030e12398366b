// What has changed between two versions of a text.

/** Characters that are compared at once. */
const STRETCH = 4096;

/**
 * The shortest stretch in which two texts differ: `before` from `start` to `end` has become `added` characters of
 * `after` at the same place.
 * @param {string} before
 * @param {string} after
 */
export function editOf(before, after) {
  const most = Math.min(before.length, after.length);
  let front = 0;
  // Texts may have millions of characters: the browser compares stretches faster.
  while (front + STRETCH <= most && before.slice(front, front + STRETCH) === after.slice(front, front + STRETCH))
    front += STRETCH;
  while (front < most && before[front] === after[front]) front += 1;
  let back = 0;
  const stretch = (/** @type {string} */ text) => text.slice(text.length - back - STRETCH, text.length - back);
  while (back + STRETCH <= most - front && stretch(before) === stretch(after)) back += STRETCH;
  while (back < most - front && before[before.length - 1 - back] === after[after.length - 1 - back]) back += 1;
  return { start: front, end: before.length - back, added: after.length - back - front };
}
