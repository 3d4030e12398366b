// The error browser: sentences that one report gets right and the other wrong.

import { element, focusAgain, focusIn, label, messageOf } from "../shared/dom.js";
import { formatNumber, t, tOr } from "../shared/i18n.js";
import { typeColour } from "../shared/tags.js";
import { listErrors } from "./metrics-client.js";
import { change, state } from "./state.js";
import { entries, loadSample, wordsOf } from "./store.js";

/**
 * A sentence as core/src/report/errors tells of it: tags are numbers.
 * @typedef {{ place: number, gold: number[], a: number[], b: number[], errors_a: string[], errors_b: string[] }} Sentence
 * @typedef {{ tags: string[], sentences: Sentence[] }} Errors
 * @typedef {import("./store.js").Entry} Entry
 */

/** Sentences on a page. */
const PAGE = 20;
const KINDS = ["missed", "spurious", "boundary", "type", "both", "tag"];

/**
 * Which sentences: those that only A gets right, only B, or neither.
 * @type {Record<string, (sentence: Sentence) => boolean>}
 */
const SIDES = {
  a: ({ errors_a: own, errors_b: other }) => own.length === 0 && other.length > 0,
  b: ({ errors_a: own, errors_b: other }) => own.length > 0 && other.length === 0,
  neither: ({ errors_a: own, errors_b: other }) => own.length > 0 && other.length > 0,
};

/**
 * Runs of words of one entity, as conlleval reads them: { type, start, end }.
 * @param {string[]} tags
 */
function spans(tags) {
  /** @type {{ type: string, start: number, end: number }[]} */
  const found = [];
  tags.forEach((tag, index) => {
    const type = tag === "O" ? null : tag.slice(2);
    const last = found.at(-1);
    if (type === null) return;
    if (tag.startsWith("I-") && last?.end === index && last.type === type) last.end += 1;
    else found.push({ type, start: index, end: index + 1 });
  });
  return found;
}

/**
 * @param {string} name
 * @param {string[]} words
 * @param {string[]} tags
 * @param {string[]} gold
 */
function line(name, words, tags, gold) {
  /** @type {(HTMLElement | string)[]} */
  const nodes = [];
  let at = 0;
  const plain = (/** @type {number} */ to) => {
    for (; at < to; at += 1)
      nodes.push(element("span", { class: tags[at] === gold[at] ? null : "wrong" }, words[at]), " ");
  };
  for (const { type, start, end } of spans(tags)) {
    plain(start);
    const wrong = Array.from({ length: end - start }, (_, index) => start + index).some(
      (index) => tags[index] !== gold[index],
    );
    nodes.push(
      element(
        "mark",
        {
          class: wrong ? "entity wrong" : "entity",
          "data-colour": String(typeColour(type)),
          "data-label": label(type, 32),
        },
        words.slice(start, end).join(" "),
      ),
      " ",
    );
    at = end;
  }
  plain(words.length);
  return element(
    "div",
    { class: "line" },
    element("span", { class: "line-name" }, name),
    element("p", { dir: "auto", translate: "no" }, nodes),
  );
}

/**
 * @param {Sentence} own
 * @param {string[]} tags
 * @param {Map<number, string[]>} known
 */
function sentence(own, tags, known) {
  const labels = (/** @type {number[]} */ list) => list.map((tag) => tags[tag]);
  const gold = labels(own.gold);
  const sampled = known.get(own.place);
  const words = sampled?.length === gold.length ? sampled : gold.map((_, index) => String(index + 1));
  const kinds = /** @type {[string, string[]][]} */ ([
    ["A", own.errors_a],
    ["B", own.errors_b],
  ])
    .filter(([, list]) => list.length > 0)
    .map(([side, list]) => `${side}: ${list.map((kind) => tOr(`kind_${kind}`, label(kind))).join(", ")}`);
  return element(
    "li",
    { class: known.has(own.place) ? "sentence" : "sentence wordless", "data-place": String(own.place) },
    element(
      "p",
      { class: "hint" },
      `${t("sentence", { number: formatNumber(own.place + 1) })} \u00b7 ${kinds.join(" \u00b7 ")}`,
    ),
    line(t("gold"), words, gold, gold),
    line("A", words, labels(own.a), gold),
    line("B", words, labels(own.b), gold),
  );
}

/**
 * The errors that were asked for last: filters and pages need no new ones.
 * @type {{ a: Entry, b: Entry, errors: Errors } | null}
 */
let last = null;

/**
 * The same two heads on another test set whose words are there, if these have none: what can be read comes first.
 * @param {Entry} a
 * @param {Entry} b
 * @returns {[Entry, Entry] | null}
 */
function readable(a, b) {
  const has = (/** @type {Entry} */ entry) => Boolean(entry.sample) || wordsOf(entry.part).size > 0;
  if (has(a) || has(b)) return null;
  const headOf = (/** @type {Entry} */ entry) => entry.report?.provenance.head.sha256;
  // With the same types, if there are.
  const likeness = (/** @type {Entry} */ { types }) => Number(types.join() === a.types.join());
  const all = [...entries.values()]
    .filter((entry) => entry.report && has(entry))
    .sort((one, other) => likeness(other) - likeness(one));
  for (const own of all.filter((entry) => headOf(entry) === headOf(a))) {
    const other = all.find((entry) => headOf(entry) === headOf(b) && entry.set === own.set);
    if (other) return [own, other];
  }
  return null;
}

/**
 * @param {HTMLElement} place
 * @param {Entry} first
 * @param {Entry} second
 * @param {(key: string) => string} setName
 * @param {() => boolean} current
 */
export async function showErrors(place, first, second, setName, current) {
  const instead = readable(first, second);
  const [a, b] = instead && state().words !== "none" ? instead : [first, second];
  if (last?.a !== a || last.b !== b) {
    try {
      const [errors] = await Promise.all([
        listErrors(a.json ?? "", b.json ?? ""),
        ...[a, b].map((entry) => loadSample(entry).catch(() => null)),
      ]);
      last = { a, b, errors };
    } catch (error) {
      if (current()) place.replaceChildren(element("p", { class: "hint" }, messageOf(error)));
      return;
    }
  }
  if (current()) draw(place, a, last.errors, about(first, a, instead, setName));
}

/**
 * Says which test set is shown, and why there are words or none; turns to the other.
 * @param {Entry} first
 * @param {Entry} shown
 * @param {[Entry, Entry] | null} instead
 * @param {(key: string) => string} setName
 */
function about(first, shown, instead, setName) {
  const nodes = [];
  const name = setName(first.set);
  if (shown !== first) nodes.push(t("wordsInstead", { set: name, shown: setName(shown.set) }));
  else if (wordsOf(shown.part).size > 0) nodes.push(t("wordsOf", { set: name }));
  else nodes.push(t(first.source === "own" ? "noWordsOwn" : "noWords", { set: name }));
  if (!instead) return nodes;
  const to = shown === first ? "" : "none";
  const text = to === "" ? t("wordsShow", { set: setName(instead[0].set) }) : t("wordsHide", { set: name });
  const turn = element(
    "button",
    {
      type: "button",
      class: "quiet",
      id: "errors-words",
      "data-focus": "words",
      onclick: () => change({ words: to, page: "1" }),
    },
    text,
  );
  return [...nodes, " ", turn];
}

/**
 * @param {HTMLElement} place
 * @param {Entry} a
 * @param {Errors} errors
 * @param {(string | HTMLElement)[]} said
 */
function draw(place, a, { tags, sentences }, said) {
  const { kind } = state();
  const matching = (/** @type {string} */ name) => sentences.filter(SIDES[name]);
  // Unless asked, where there is more to see.
  const side = Object.hasOwn(SIDES, state().side)
    ? state().side
    : matching("b").length > matching("a").length
      ? "b"
      : "a";
  const chosen = matching(side);
  const kindsOf = (/** @type {Sentence} */ own) => [...own.errors_a, ...own.errors_b];
  const shown = KINDS.includes(kind) ? chosen.filter((own) => kindsOf(own).includes(kind)) : chosen;
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  const page = Math.min(pages, Math.max(1, Number.parseInt(state().page, 10) || 1));
  const known = wordsOf(a.part);
  /**
   * @param {string} name
   * @param {string} label
   * @param {string[][]} options
   * @param {string} value
   */
  const choice = (name, label, options, value) =>
    element(
      "div",
      { class: "field" },
      element("label", { for: `errors-${name}` }, label),
      element(
        "select",
        {
          id: `errors-${name}`,
          "data-focus": name,
          onchange: (/** @type {any} */ event) => change({ [name]: event.target.value, page: "1" }),
        },
        options.map(([own, text]) => element("option", { value: own, selected: own === value }, text)),
      ),
    );
  const turn = (/** @type {number} */ to, /** @type {string} */ text, /** @type {string} */ id) =>
    element(
      "button",
      {
        type: "button",
        class: "quiet",
        id,
        "data-focus": id,
        disabled: to < 1 || to > pages,
        onclick: () => change({ page: String(to) }),
      },
      text,
    );
  const focused = focusIn(place);
  place.replaceChildren(
    element("p", { id: "errors-about" }, said),
    element(
      "div",
      { class: "filters no-print" },
      choice(
        "side",
        t("which"),
        Object.keys(SIDES).map((name) => [name, `${t(`side_${name}`)} (${formatNumber(matching(name).length)})`]),
        side,
      ),
      choice(
        "kind",
        t("kind"),
        [
          ["", t("all")],
          ...KINDS.map((name) => [
            name,
            `${t(`kind_${name}`)} (${formatNumber(chosen.filter((own) => kindsOf(own).includes(name)).length)})`,
          ]),
        ],
        kind,
      ),
    ),
    element(
      "p",
      { role: "status", id: "errors-count" },
      t("errorsShown", { shown: formatNumber(shown.length), page, pages }),
    ),
    element("p", { class: "hint" }, t("goldHint")),
    element(
      "ol",
      { class: "sentences", id: "sentences" },
      shown.slice((page - 1) * PAGE, page * PAGE).map((own) => sentence(own, tags, known)),
    ),
    element(
      "div",
      { class: "buttons no-print" },
      turn(page - 1, t("back"), "errors-back"),
      turn(page + 1, t("next"), "errors-next"),
    ),
  );
  focusAgain(place, focused);
  // At an end, the button that had the keyboard is off.
  if (focused === "errors-back" && page === 1) focusAgain(place, "errors-next");
  if (focused === "errors-next" && page === pages) focusAgain(place, "errors-back");
}
