// Two predictions of one text: which entities one has and the other has not.

/** @returns {{ same: number, onlyFirst: Set, onlySecond: Set }} */
export function differences(first, second) {
  const key = ({ start, end, type }) => `${start} ${end} ${type}`;
  const inSecond = new Set(second.map(key));
  const inFirst = new Set(first.map(key));
  const onlyFirst = new Set(first.filter((entity) => !inSecond.has(key(entity))));
  const onlySecond = new Set(second.filter((entity) => !inFirst.has(key(entity))));
  return { same: first.length - onlyFirst.size, onlyFirst, onlySecond };
}

/** The first words of all that differs, in the order of the text. */
export function differingWords({ onlyFirst, onlySecond }) {
  const starts = [...onlyFirst, ...onlySecond].map(({ words }) => words[0]);
  return [...new Set(starts)].sort((a, b) => a - b);
}
