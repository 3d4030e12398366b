// Heads against test sets: rows, columns and cells of the grid, without a page.

/**
 * @typedef {import("./sets.js").TestSet} TestSet
 * @typedef {{ low: number, high: number }} Interval
 * @typedef {{ value: number, interval?: Interval, entry?: string, best?: boolean }} Cell
 * @typedef {{ key: string, name: string, note: string, published: boolean, cells: Map<string, Cell> }} Row
 * @typedef {{ id: string, name: string, set: string, figures: Record<string, number>,
 *   intervals?: Record<string, Interval>, report?: any, source: string }} Judged
 * @typedef {{ name: string, version: string, types: string[], map: Record<string, string>,
 *   sets: Record<string, { f1: number, interval: Interval }> }} Published
 * @typedef {{ date: string, how: string, types: string[], rows: Published[],
 *   sets: Record<string, { sha256: string, sentences: number, entities: number }> }} Peers
 */

const FIGURE = "entity_f1";

/** A head by its contents: reports of one head stand in one row, wherever they were made. */
const rowKey = (/** @type {Judged} */ entry) => entry.report?.provenance.head.sha256 ?? entry.id;

/**
 * The rows, by name, and the columns: the sets that have most cells first.
 * @param {Judged[]} entries
 * @param {Map<string, TestSet>} sets
 * @param {Peers | null} peers
 * @param {(entry: Judged) => string} nameOf
 */
export function arrange(entries, sets, peers, nameOf) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const entry of entries) {
    const value = entry.figures[FIGURE];
    if (!Number.isFinite(value) || !sets.has(entry.set)) continue;
    const key = rowKey(entry);
    const row = rows.get(key) ?? { key, name: nameOf(entry), note: "", published: false, cells: new Map() };
    rows.set(key, row);
    row.cells.set(entry.set, { value, interval: entry.intervals?.[FIGURE], entry: entry.id });
  }
  for (const { name, version, types, map, sets: judged } of peers?.rows ?? []) {
    /** @type {Row["cells"]} */
    const cells = new Map();
    for (const [file, { f1, interval }] of Object.entries(judged)) {
      const set = setOfFile(sets, peers?.sets[file]?.sha256, peers?.types ?? []);
      if (set) cells.set(set, { value: f1, interval });
    }
    const pairs = Object.entries(map).map(([own, type]) => `${own} \u2192 ${type}`);
    const note = `${version}: ${pairs.length > 0 ? pairs.join(", ") : types.join(", ")}`;
    rows.set(`peer/${name}`, { key: `peer/${name}`, name, note, published: true, cells });
  }
  const list = [...rows.values()].sort((one, other) => one.name.localeCompare(other.name));
  const filled = (/** @type {string} */ key) => list.filter(({ cells }) => cells.has(key)).length;
  const columns = [...sets.values()]
    .filter(({ key }) => filled(key) > 0)
    .sort((one, other) => filled(other.key) - filled(one.key) || one.file.localeCompare(other.file));
  for (const { key } of columns) {
    const cells = list.map((row) => row.cells.get(key)).filter((cell) => cell !== undefined);
    // What looks equal is.
    const most = Math.max(...cells.map(({ value }) => Math.round(value * 1000)));
    if (cells.length > 1) for (const cell of cells) cell.best = Math.round(cell.value * 1000) === most;
  }
  return { rows: list, columns };
}

/**
 * The set that is all of a file with these types.
 * @param {Map<string, TestSet>} sets
 * @param {string | undefined} sha256
 * @param {string[]} types
 */
function setOfFile(sets, sha256, types) {
  const wanted = [...types].sort().join();
  return [...sets.values()].find(({ corpus, types: own }) => corpus === sha256 && own.join() === wanted)?.key;
}

/**
 * Sorted by a column ("name", or a set's key); rows without a figure come last.
 * @param {Row[]} rows
 * @param {string} column
 * @param {boolean} down
 */
export function sortRows(rows, column, down) {
  const sign = down ? -1 : 1;
  if (column === "name") return [...rows].sort((one, other) => sign * one.name.localeCompare(other.name));
  const value = (/** @type {Row} */ row) => row.cells.get(column)?.value;
  return [...rows].sort((one, other) => {
    const [own, theirs] = [value(one), value(other)];
    if (own === undefined || theirs === undefined) return Number(own === undefined) - Number(theirs === undefined);
    return sign * (own - theirs);
  });
}
