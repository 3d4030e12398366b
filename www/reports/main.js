// The page over reports: what is on show follows from the address (state.js) and from what is loaded (store.js).

import { toCsv } from "../shared/csv.js";
import { byId, element, messageOf } from "../shared/dom.js";
import { isArchive, save } from "../shared/files.js";
import { receive } from "../shared/handover.js";
import { formatNumber, listLanguages, speak, t } from "../shared/i18n.js";
import { rememberLanguage } from "../shared/languages.js";
import { checkable, runCheck } from "./check.js";
import { showComparison } from "./compare.js";
import { showDetail } from "./detail.js";
import { showErrors } from "./errors.js";
import { takeLabelled } from "./judge/offer.js";
import { Panel } from "./judge/panel.js";
import { showOverview } from "./overview.js";
import { PART } from "./published.js";
import { change, onChange, state } from "./state.js";
import { addFile, addJudged, entries, FIGURE_NAMES, loadStored, removeOwn } from "./store.js";
import { showTable, tableRows } from "./table.js";

const hint = (/** @type {string} */ name) => element("p", { class: "hint" }, t(name));

/** The test sets by the hash of their sentences' names, the study's first. */
function parts() {
  const found = new Map([[PART, t("partGmb")]]);
  for (const { part, report } of entries.values()) {
    if (!part || found.has(part)) continue;
    const { command, split } = report.provenance;
    const file =
      command.split(" ").find((/** @type {string} */ word) => /\.(conll|csv|txt)(\.gz)?$/.test(word)) ??
      part.slice(0, 8);
    found.set(part, t("partOther", { name: file, sentences: formatNumber(split.test.sentences) }));
  }
  return found;
}

/** Entity F1, unless another is asked for, or files of the user's own have none. */
function shownFigure() {
  const { figure } = state();
  if (FIGURE_NAMES.includes(figure)) return figure;
  const lacks = [...entries.values()].some(
    ({ source, figures }) => source === "own" && !Number.isFinite(figures.entity_f1),
  );
  return lacks ? "weighted_f1" : "entity_f1";
}

const shownPart = () => (state().data === "all" ? "" : state().data || PART);

/** The entries that the filters leave. Own files are there because they are wanted. */
function filtered() {
  const { encoder, stage, find } = state();
  const part = shownPart();
  const wanted = find.toLowerCase();
  return [...entries.values()].filter(
    (entry) =>
      (part === "" || entry.part === part || entry.source === "own") &&
      (encoder === "" || entry.encoder === encoder) &&
      (stage === "" || entry.stage === stage) &&
      `${entry.name} ${entry.encoder} ${entry.head} ${entry.stage}`.toLowerCase().includes(wanted),
  );
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
    FIGURE_NAMES.map((name) => [name, t(name)]),
    shownFigure(),
  );
  options("data", [...parts(), ["all", t("all")]], data || PART);
  options("encoder", [["", t("all")], ...distinct("encoder")], encoder);
  options("stage", [["", t("all")], ...distinct("stage")], stage);
  if (document.activeElement !== byId("find")) byId("find").value = find;
}

/** @type {import("./store.js").Entry[]} */
let sorted = [];

function showReports() {
  const shown = filtered();
  showOverview(byId("pictures"), shown, shownFigure(), shownPart());
  sorted = showTable(byId("table"), shown);
  byId("shown").textContent = t("shownRows", { shown: shown.length, all: entries.size });
}

let comparisons = 0;

async function showPair() {
  const own = ++comparisons;
  const [a, b] = [entries.get(state().a), entries.get(state().b)];
  const [place, errors] = [byId("comparison"), byId("errors")];
  if (!a || !b || a === b) {
    place.replaceChildren(hint("compareHint"));
    errors.replaceChildren(hint("errorsHint"));
    return;
  }
  const current = () => own === comparisons;
  const paired = await showComparison(place, a, b, current);
  if (!current()) return;
  if (paired) await showErrors(errors, a, b, current);
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
  byId("check-run").disabled = able.length === 0;
  byId("check-none").hidden = able.length > 0;
}

function showAll() {
  showFilters();
  showReports();
  showPair();
  showOne();
  showCheckable();
}

onChange((changed) => {
  const any = (/** @type {string[]} */ ...names) => names.some((name) => changed.has(name));
  if (any("lang")) return location.reload();
  if (any("figure", "data", "encoder", "stage", "find")) showFilters();
  if (any("figure", "data", "encoder", "stage", "find", "sort", "order", "show", "a", "b")) showReports();
  if (any("a", "b")) showPair();
  else if (any("side", "kind", "page")) {
    const [a, b] = [entries.get(state().a), entries.get(state().b)];
    const own = comparisons;
    if (a && b) showErrors(byId("errors"), a, b, () => own === comparisons);
  }
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

/**
 * @param {string} name
 * @param {Record<string, string>} values
 */
function say(name, values, bad = false) {
  byId("files-log").append(element("li", { class: bad ? "bad" : "good" }, t(name, values)));
}

const judge = new Panel(async (made) => {
  const ids = [];
  for (const own of made) ids.push(await addJudged(own));
  byId("forget").hidden = false;
  showAll();
  // The first two are compared, where there are two.
  const [a, b] = ids;
  change(b ? { a, b, show: a } : { show: a });
});
receive((file) => judge.open([file]));

/** @param {File[]} files */
async function take(files) {
  for (const bundle of files.filter(isArchive)) judge.addBundle(bundle);
  const others = await takeLabelled(
    files.filter((file) => !isArchive(file)),
    (own) => judge.open(own),
  );
  if (others.length === 0) return;
  for (const file of others) {
    try {
      const id = await addFile(file);
      say(id === null ? "addedSample" : "added", { name: file.name });
    } catch (error) {
      say("refused", { name: file.name, reason: messageOf(error) }, true);
    }
  }
  byId("forget").hidden = false;
  showAll();
}

byId("files").addEventListener("change", () => {
  const input = byId("files");
  take([...(input.files ?? [])]);
  input.value = "";
});
byId("forget").addEventListener("click", () => {
  removeOwn();
  byId("files-log").replaceChildren();
  byId("forget").hidden = true;
  showAll();
});
for (const type of ["dragenter", "dragover"]) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    byId("drop").classList.add("over");
  });
}
for (const type of ["dragleave", "drop"]) document.addEventListener(type, () => byId("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  take([...(event.dataTransfer?.files ?? [])]);
});

// The check.

/** @type {AbortController | null} */
let checking = null;

byId("check-run").addEventListener("click", async () => {
  const entry = entries.get(byId("check-which").value);
  if (!entry) return;
  const own = new AbortController();
  checking = own;
  byId("check-run").disabled = true;
  byId("check-stop").hidden = false;
  byId("check-outcome").replaceChildren();
  const status = (/** @type {string} */ text) => {
    byId("check-status").textContent = text;
  };
  try {
    await runCheck(byId("check-outcome"), entry, own.signal, status);
  } catch (error) {
    status(own.signal.aborted ? t("stopped") : t("checkFailed", { reason: messageOf(error) }));
  }
  byId("check-run").disabled = false;
  byId("check-stop").hidden = true;
});
byId("check-stop").addEventListener("click", () => checking?.abort());

speak("reports", state().lang);
listLanguages(byId("language"));
showAll();

const status = byId("load-status");
/** @type {string[]} */
const refused = [];
status.textContent = t("loading");
try {
  await loadStored((file, reason) => refused.push(t("refused", { name: file, reason })));
  const stored = [...entries.values()].filter(({ source }) => source === "stored").length;
  status.textContent = [
    stored === 0 ? t("noStored") : t("loadedAll", { number: formatNumber(stored) }),
    ...refused,
  ].join(" ");
} catch (error) {
  status.textContent = t("noIndex", { reason: messageOf(error) });
}
document.body.dataset.loaded = "true";
showAll();
