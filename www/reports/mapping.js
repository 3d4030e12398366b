// Maps of types, as `nerite evaluate --map` has them: what a head finds becomes what a report speaks of.

/**
 * A tag under a map of pairs like geo=LOC and under the types that are judged; what neither has is no entity.
 * @param {string} map pairs between commas; empty for none
 * @param {string[]} types the types that are judged; empty for all
 * @returns {(tag: string) => string}
 */
export function mapper(map, types) {
  const pairs = new Map(
    map
      .split(",")
      .filter(Boolean)
      .map((pair) => /** @type {[string, string]} */ (pair.split("="))),
  );
  const results = new Set(pairs.values());
  const isKept = (/** @type {string} */ type) => map === "" || pairs.get("*") === "*" || results.has(type);
  return (tag) => {
    const [, mark, own] = /^([A-Z]-)?(.*)$/su.exec(tag) ?? [];
    if (tag === "O" || own === undefined) return tag;
    const type = pairs.get(own) ?? (isKept(own) ? own : undefined);
    return type === undefined || (types.length > 0 && !types.includes(type)) ? "O" : `${mark ?? ""}${type}`;
  };
}
