// What is on show, kept in the address's fragment, so that every view has a link.

/** @type {Record<string, string>} */
const DEFAULTS = {
  figure: "",
  data: "",
  encoder: "",
  stage: "fine-tuned",
  find: "",
  sort: "entity_f1",
  order: "down",
  a: "",
  b: "",
  show: "",
  side: "",
  kind: "",
  page: "1",
  words: "",
  grid: "",
  gridOrder: "down",
  leak: "",
  lang: "",
};

/** @type {Set<(changed: Set<string>) => void>} */
const listeners = new Set();
let current = read();

function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, given.get(name) ?? value]));
}

export const state = () => current;

/**
 * Changes some of it, and tells the listeners which names have changed.
 * @param {Record<string, string>} values
 */
export function change(values) {
  const next = { ...current, ...values };
  history.replaceState(null, "", `#${parameters(next)}`);
  turnTo(next);
}

/**
 * The address of another view.
 * @param {Record<string, string>} values
 */
export const linkTo = (values) => `#${parameters({ ...current, ...values })}`;

/** @param {Record<string, string>} next */
const parameters = (next) =>
  new URLSearchParams(Object.entries(next).filter(([name, value]) => value !== DEFAULTS[name]));

export const onChange = (/** @type {(changed: Set<string>) => void} */ listener) => listeners.add(listener);

/** @param {Record<string, string>} next */
function turnTo(next) {
  const changed = new Set(Object.keys(next).filter((name) => next[name] !== current[name]));
  current = next;
  if (changed.size > 0) for (const listener of listeners) listener(changed);
}

addEventListener("hashchange", () => turnTo(read()));
