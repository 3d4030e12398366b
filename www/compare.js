// Two predictions of one text: which entities one has and the other has not.

/** @returns {{ onlyFirst: Set, onlySecond: Set }} */
export function differences(first, second) {
  const key = ({ start, end, type }) => `${start} ${end} ${type}`;
  const inSecond = new Set(second.map(key));
  const inFirst = new Set(first.map(key));
  const onlyFirst = new Set(first.filter((entity) => !inSecond.has(key(entity))));
  const onlySecond = new Set(second.filter((entity) => !inFirst.has(key(entity))));
  return { onlyFirst, onlySecond };
}

/** The first words of entities, each once, in the order of the text. */
export function firstWords(entities) {
  return [...new Set(entities.map(({ words }) => words[0]))].sort((a, b) => a - b);
}
