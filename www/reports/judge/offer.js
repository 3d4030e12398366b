// Labelled files among those that were dropped or chosen.

import { seemsLabelled } from "../../shared/labelled.js";

/**
 * Hands labelled files to `open`, of several single ones the first; gives the others.
 * @param {File[]} files
 * @param {(files: File[]) => void} open
 */
export async function takeLabelled(files, open) {
  const stem = (/** @type {File} */ { name }) => name.replace(/\.(ann|txt)$/i, "");
  const stems = (/** @type {RegExp} */ ending) => new Set(files.filter(({ name }) => ending.test(name)).map(stem));
  const [texts, annotations] = [stems(/\.txt$/i), stems(/\.ann$/i)];
  const paired = files.filter((file) => texts.has(stem(file)) && annotations.has(stem(file)));
  if (paired.length > 0) {
    open(paired);
    return files.filter((file) => !paired.includes(file));
  }
  const seems = await Promise.all(files.map((file) => seemsLabelled(file).catch(() => false)));
  const first = seems.indexOf(true);
  if (first >= 0) open([files[first]]);
  return files.filter((_, index) => index !== first);
}
