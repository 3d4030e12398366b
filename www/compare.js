// Two predictions of one text: which entities one has and the other has not.

/** @returns {{ onlyFirst: Set, onlySecond: Set }} */
export function differences(first, second) {
  return { onlyFirst: missing(first, second), onlySecond: missing(second, first) };
}

/** The entities that are not among others. Those of one prediction do not overlap. */
function missing(entities, others) {
  const byStart = new Map(others.map((entity) => [entity.start, entity]));
  return new Set(entities.filter(({ start, end, type }) => {
    const other = byStart.get(start);
    return other?.end !== end || other.type !== type;
  }));
}

/** The first words of entities, each once, in the order of the text. */
export function firstWords(entities) {
  return [...new Set(entities.map(({ words }) => words[0]))].sort((a, b) => a - b);
}
