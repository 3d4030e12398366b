// The page over reports: what is on show follows from the address (state.js) and from what is loaded (store.js).

import { toCsv } from "../shared/csv.js";
import { byId, element, messageOf } from "../shared/dom.js";
import { isArchive, save } from "../shared/files.js";
import { receive } from "../shared/handover.js";
import { currentLanguage, formatNumber, listLanguages, speak, t } from "../shared/i18n.js";
import { rememberLanguage } from "../shared/languages.js";
import { bestTwo, showBest } from "./best.js";
import { checkable, runCheck } from "./check.js";
import { showComparison } from "./compare.js";
import { showDetail } from "./detail.js";
import { showErrors } from "./errors.js";
import { onFiles, showNames, takeFiles } from "./files.js";
import { passFocus } from "./focus.js";
import { showGrid } from "./grid.js";
import { takeLabelled } from "./judge/offer.js";
import { Panel } from "./judge/panel.js";
import { showLeaks } from "./leaks.js";
import { longName, setName, usedSets } from "./names.js";
import { showOverview } from "./overview.js";
import { hush, say, sayAgain } from "./say.js";
import { STUDY, unranked } from "./sets.js";
import { change, onChange, state } from "./state.js";
import { addJudged, entries, FIGURE_NAMES, FOREIGN_FIGURE, leaks, loadLeaks, loadPeers, loadStored } from "./store.js";
import { showTable, tableRows } from "./table.js";

/** @typedef {import("./store.js").Entry} Entry */

const hint = (/** @type {string} */ name) => element("p", { class: "hint" }, t(name));

/** @type {import("./arrange.js").Peers | null} */
let peers = null;
/**
 * The check that runs.
 * @type {AbortController | null}
 */
let checking = null;

/** The figures that there are, entity F1 unless another is asked for. */
const figureNames = () =>
  [...entries.values()].some(({ figures }) => FOREIGN_FIGURE in figures)
    ? [...FIGURE_NAMES, FOREIGN_FIGURE]
    : FIGURE_NAMES;
const shownFigure = () => (figureNames().includes(state().figure) ? state().figure : "entity_f1");

/** The key of the test set on show, "" for all. */
const shownSet = () => (state().data === "all" ? "" : state().data || STUDY);

/** The entries that the filters leave, whatever their test set. Own files are there because they are wanted. */
function found() {
  const { encoder, stage, find } = state();
  const wanted = find.toLowerCase();
  return [...entries.values()].filter(
    (entry) =>
      (encoder === "" || entry.encoder === encoder) &&
      (stage === "all" || entry.stage === stage || (entry.source === "own" && entry.stage === "")) &&
      `${entry.name} ${entry.encoder} ${entry.head} ${entry.stage}`.toLowerCase().includes(wanted),
  );
}

const onShow = () => found().filter(({ set, source }) => shownSet() === "" || set === shownSet() || source === "own");

/** @param {Entry} entry */
function whyUnranked(entry) {
  const set = shownSet();
  const others = [...entries.values()].filter((own) => own.source !== "own" && (set === "" || own.set === set));
  return unranked(
    entry,
    set,
    others.flatMap(({ types }) => types),
  );
}

const ranked = () => onShow().filter((entry) => whyUnranked(entry) === null);

/**
 * What is compared: the two that were picked, else the two best on the test set.
 * @returns {(Entry | undefined)[]}
 */
function pair() {
  const { a, b } = state();
  if (a || b) return [entries.get(a), entries.get(b)];
  const [best, next] = shownSet() === "" ? [] : bestTwo(ranked(), shownFigure());
  return best?.report && next?.report ? [next, best] : [];
}

/**
 * @param {"figure" | "data" | "encoder" | "stage" | "check-which"} id
 * @param {string[][]} list
 * @param {string} value
 */
function options(id, list, value) {
  byId(id).replaceChildren(
    ...list.map(([own, text]) => element("option", { value: own, selected: own === value }, text)),
  );
}

function showFilters() {
  const { encoder, stage, find, data } = state();
  const distinct = (/** @type {"encoder" | "stage"} */ name) =>
    [...new Set([...entries.values()].map((entry) => entry[name]).filter(Boolean))].sort().map((own) => [own, own]);
  options(
    "figure",
    figureNames().map((name) => [name, t(name)]),
    shownFigure(),
  );
  options("data", [...usedSets().map((key) => [key, longName(key)]), ["all", t("all")]], data || STUDY);
  options("encoder", [["", t("all")], ...distinct("encoder")], encoder);
  options("stage", [["all", t("all")], ...distinct("stage")], stage);
  if (document.activeElement !== byId("find")) byId("find").value = find;
}

/** @type {Entry[]} */
let sorted = [];
let bests = 0;

function showReports() {
  const shown = onShow();
  const able = ranked();
  const own = ++bests;
  if (shownSet() === "") byId("best").replaceChildren(t("bestOfOne"));
  else showBest(byId("best"), able, shownFigure(), () => own === bests);
  showOverview(byId("pictures"), able, shownFigure(), shownSet());
  const [a, b] = pair();
  sorted = showTable(byId("table"), shown, whyUnranked, ({ set }) => setName(set), [
    a?.id ?? state().a,
    b?.id ?? state().b,
  ]);
  byId("shown").textContent = t("shownRows", { shown: shown.length, all: entries.size });
  showGrid(byId("grid"), found(), peers);
}

let comparisons = 0;

async function showPair() {
  const own = ++comparisons;
  const [a, b] = pair();
  const [place, errors] = [byId("comparison"), byId("errors")];
  if (!a || !b || a === b) {
    place.replaceChildren(hint("compareHint"));
    errors.replaceChildren(hint("errorsHint"));
    return;
  }
  const current = () => own === comparisons;
  const paired = await showComparison(place, a, b, shownFigure(), current);
  if (!current()) return;
  if (paired) await showErrors(errors, a, b, setName, current);
  else errors.replaceChildren(hint("errorsHint"));
}

function showOne() {
  const entry = entries.get(state().show);
  if (entry) showDetail(byId("detail"), entry);
  else byId("detail").replaceChildren(hint("detailHint"));
}

function showCheckable() {
  const able = checkable([...entries.values()]);
  const chosen = byId("check-which").value || state().show;
  options(
    "check-which",
    able.map(({ id, name }) => [id, name]),
    chosen,
  );
  byId("check-run").disabled = able.length === 0 || checking !== null;
  byId("check-none").hidden = able.length > 0;
}

function showAll() {
  showFilters();
  showReports();
  showPair();
  showOne();
  showCheckable();
  showLeaks(byId("leaks"), leaks);
  showNames(showAll);
}

/** Turns to the language that the address or the reader wants: nothing that is here is lost. */
function translate() {
  speak("reports", state().lang);
  byId("language").value = currentLanguage();
  sayAgain();
  judge.translate();
  showAll();
}

const FILTERS = ["figure", "data", "encoder", "stage", "find"];

onChange((changed) => {
  const any = (/** @type {string[]} */ ...names) => names.some((name) => changed.has(name));
  if (any("lang")) return translate();
  if (any(...FILTERS)) showFilters();
  if (any(...FILTERS, "sort", "order", "show", "a", "b")) showReports();
  else if (any("grid", "gridOrder")) showGrid(byId("grid"), found(), peers);
  const isOfBest = !state().a && !state().b;
  if (any("a", "b") || (isOfBest && any(...FILTERS))) showPair();
  else if (any("side", "kind", "page", "words")) {
    const [a, b] = pair();
    const own = comparisons;
    if (a && b) showErrors(byId("errors"), a, b, setName, () => own === comparisons);
  }
  if (any("leak")) showLeaks(byId("leaks"), leaks);
  if (any("show")) {
    showOne();
    showCheckable();
  }
});

for (const name of /** @type {const} */ (["figure", "data", "encoder", "stage"])) {
  const select = byId(name);
  select.addEventListener("change", () => change({ [name]: select.value }));
}
byId("find").addEventListener("input", () => change({ find: byId("find").value }));
byId("table-csv").addEventListener("click", () => save("reports.csv", "text/csv", toCsv(tableRows(sorted))));
byId("language").addEventListener("change", () => {
  const { value } = byId("language");
  rememberLanguage(value);
  change({ lang: value });
});

// Own files.

const judge = new Panel(async (made) => {
  /** @type {string[]} */
  const ids = [];
  try {
    for (const own of made) ids.push(await addJudged(own));
  } finally {
    // Of several, those that could be added stay.
    byId("forget").hidden = false;
    showAll();
  }
  // The first two are compared, where there are two.
  const [a, b] = ids;
  change(b ? { a, b, show: a } : { show: a });
});
receive((file) => judge.open([file]));
onFiles(async (files) => {
  for (const bundle of files.filter(isArchive)) judge.addBundle(bundle);
  return files.filter((file) => !isArchive(file));
});
onFiles((files) => takeLabelled(files, (own) => judge.open(own)));
takeFiles(showAll);

// The check.

byId("check-run").addEventListener("click", async () => {
  const entry = entries.get(byId("check-which").value);
  if (!entry || checking) return;
  const own = new AbortController();
  checking = own;
  const [run, stop, status, progress] = [
    byId("check-run"),
    byId("check-stop"),
    byId("check-status"),
    byId("check-progress"),
  ];
  stop.hidden = false;
  passFocus(run, stop);
  run.disabled = true;
  const place = byId("check-outcome");
  hush(place);
  try {
    await runCheck({ state: status, progress, place }, entry, own.signal);
  } catch (error) {
    say(status, () => (own.signal.aborted ? t("stopped") : t("checkFailed", { reason: messageOf(error) })));
  }
  hush(progress);
  checking = null;
  run.disabled = false;
  passFocus(stop, run);
  stop.hidden = true;
});
byId("check-stop").addEventListener("click", () => checking?.abort());

speak("reports", state().lang);
listLanguages(byId("language"));
showFilters();

const status = byId("load-status");
/**
 * What was refused, by the reason.
 * @type {Map<string, string[]>}
 */
const refused = new Map();
const refuse = (/** @type {string} */ name, /** @type {string} */ reason) =>
  refused.set(reason, [...(refused.get(reason) ?? []), name]);
const refusals = () =>
  [...refused].map(([reason, names]) =>
    t("refused", {
      name: names.length > 2 ? t("several", { name: names[0], number: names.length - 1 }) : names.join(", "),
      reason,
    }),
  );
const progress = byId("load-progress");
say(status, () => t("loading"));
const others = Promise.all([
  loadLeaks(refuse),
  loadPeers().then(
    (found) => {
      peers = found;
    },
    (error) => refuse("peers.json", messageOf(error)),
  ),
]);
try {
  await loadStored(refuse, (done, all) =>
    say(progress, () => t("loadingSome", { done: formatNumber(done), all: formatNumber(all) })),
  );
  await others;
  const stored = [...entries.values()].filter(({ source }) => source === "stored").length;
  say(status, () =>
    [stored === 0 ? t("noStored") : t("loadedAll", { number: formatNumber(stored) }), ...refusals()].join(" "),
  );
} catch (error) {
  say(status, () => t("noIndex", { reason: messageOf(error) }));
}
hush(progress);
document.body.dataset.loaded = "true";
showAll();
