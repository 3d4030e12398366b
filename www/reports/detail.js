// One report in full: headlines, tags, entities, buckets, reliability, confusion, provenance.

import { element, label } from "../shared/dom.js";
import { save } from "../shared/files.js";
import { formatNumber, t, tOr } from "../shared/i18n.js";
import { barChart, reliabilityChart } from "./charts.js";
import { figure, numbers } from "./figure.js";
import { matrixTable } from "./matrix.js";
import { number, range } from "./numbers.js";
import { terms } from "./terms.js";
import { typesOf } from "./types.js";

/** What scikit-learn's dictionary holds beside the tags. */
const AVERAGES = new Set(["accuracy", "macro avg", "weighted avg"]);

/** @param {import("./store.js").Entry} entry */
function tags(entry) {
  /** @type {[string, any][]} */
  const scored = Object.entries(entry.token);
  const own = scored.filter(([tag]) => !AVERAGES.has(tag));
  const groups = [
    {
      label: "",
      bars: own.map(([tag, scores]) => ({
        label: label(tag, 32),
        value: scores["f1-score"],
        series: 1,
        note: `(${formatNumber(scores.support)})`,
      })),
    },
  ];
  return figure({
    name: "tags",
    caption: t("tagsCaption"),
    hint: t("tagsHint"),
    draw: (width) => barChart(groups, width, t("tagsCaption")),
    header: [t("tag"), t("precision"), t("recall"), "F1", t("support")],
    rows: own.map(([tag, scores]) => [
      label(tag, 32),
      scores.precision,
      scores.recall,
      scores["f1-score"],
      scores.support,
    ]),
  });
}

/**
 * All headline figures, whichever there are.
 * @param {import("./store.js").Entry} entry
 */
function headlines({ figures, intervals }) {
  const rows = Object.entries(figures).map(([name, value]) => {
    const interval = intervals?.[name];
    return [t(name), number(value), interval ? range(interval) : "\u2013"];
  });
  return element(
    "section",
    {},
    element("h3", {}, t("headlinesTitle")),
    element(
      "div",
      { class: "scroll", id: "headlines", tabindex: "0", role: "group", "aria-label": t("headlinesTitle") },
      numbers([t("figure"), t("value"), t("interval")], rows),
    ),
    terms(Object.keys(figures)),
  );
}

/** @param {import("./store.js").Report} report */
function entityTable({ entity }) {
  const rows = ["strict", "lenient", "exact", "partial", "type"].map((scheme) => {
    const own = entity[scheme];
    return [t(`scheme_${scheme}`), number(own.precision), number(own.recall), number(own.f1), t(`means_${scheme}`)];
  });
  const { correct, incorrect, missed, spurious } = entity.strict_overlap;
  return element(
    "section",
    {},
    element("h3", {}, t("entitiesTitle")),
    element(
      "div",
      { class: "scroll means", tabindex: "0", role: "group", "aria-label": t("entitiesTitle") },
      numbers([t("scheme"), t("precision"), t("recall"), "F1", t("means")], rows),
    ),
    element(
      "p",
      { class: "hint" },
      t("overlapCounts", {
        correct: formatNumber(correct),
        incorrect: formatNumber(incorrect),
        missed: formatNumber(missed),
        spurious: formatNumber(spurious),
      }),
    ),
  );
}

const bucketName = (/** @type {string} */ name) =>
  ["seen", "unseen"].includes(name) ? t(name) : name.replace(" to ", "\u2013").replace(" and more", "+");

/** @param {import("./store.js").Report} report */
function buckets({ buckets: own }) {
  const groups = ["training", "entity_length", "sentence_length"]
    .filter((name) => own[name].length > 0)
    .map((name) => ({
      label: t(`bucket_${name}`),
      bars: own[name].map((/** @type {any} */ bucket) => ({
        label: bucketName(bucket.name),
        value: bucket.f1,
        series: 2,
        note: `(${formatNumber(bucket.support)})`,
      })),
    }));
  return figure({
    name: "buckets",
    caption: t("bucketsCaption"),
    draw: (width) => barChart(groups, width, t("bucketsCaption")),
    header: [t("bucket"), t("precision"), t("recall"), "F1", t("support")],
    rows: ["training", "entity_length", "sentence_length"].flatMap((name) =>
      own[name].map((/** @type {any} */ bucket) => [
        `${t(`bucket_${name}`)}: ${bucketName(bucket.name)}`,
        bucket.precision,
        bucket.recall,
        bucket.f1,
        bucket.support,
      ]),
    ),
  });
}

/**
 * @param {any} calibration
 * @param {"words" | "entities"} which
 */
function reliability(calibration, which) {
  const caption = t(`reliability_${which}`, { ece: number(calibration[which].ece) });
  return figure({
    name: `reliability-${which}`,
    caption,
    hint: `${t("ece")}: ${t("term_ece")}`,
    draw: (width) => reliabilityChart(calibration[which].bins, width, caption),
    header: [t("confidence"), t("accuracy"), t("words")],
    rows: calibration[which].bins
      .filter((/** @type {any} */ bin) => bin.count > 0)
      .map((/** @type {any} */ bin) => [bin.confidence, bin.accuracy, bin.count]),
  });
}

/**
 * Every value of provenance, however deep, with its path.
 * @param {unknown} value
 * @param {string} path
 * @returns {[string, string][]}
 */
function leaves(value, path = "") {
  if (value === null || typeof value !== "object") return [[path, String(value)]];
  if (Array.isArray(value)) return [[path, value.join(", ")]];
  return Object.entries(value).flatMap(([name, own]) => leaves(own, path ? `${path}.${name}` : name));
}

/** @param {import("./store.js").Report} report */
function provenance(report) {
  return element(
    "details",
    {},
    element("summary", {}, t("provenance")),
    element(
      "dl",
      { class: "provenance" },
      leaves(report.provenance).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    ),
  );
}

/** @param {import("./store.js").Report} report */
function repeated({ repeated: own }) {
  if (!own) return null;
  const row = (/** @type {string} */ name) => [t(name), number(own.with[name]), number(own.without[name])];
  return element(
    "section",
    {},
    element("h3", {}, t("repeatedTitle")),
    element("p", { class: "hint" }, t("repeated", { sentences: formatNumber(own.sentences) })),
    element(
      "div",
      { class: "scroll" },
      numbers(
        [t("figure"), t("withThem"), t("withoutThem")],
        ["accuracy", "weighted_f1", "macro_f1", "entity_f1"].map(row),
      ),
    ),
  );
}

/**
 * What another program wrote.
 * @param {any} found
 */
function foreign({ program, accuracy, loss, entities }) {
  const said = [tOr(`program_${program}`, label(program)), t("foreignHint")];
  if (Number.isFinite(accuracy)) said.push(t("foreignAccuracy", { accuracy: number(accuracy) }));
  if (Number.isFinite(loss)) said.push(t("foreignLoss", { loss: number(loss) }));
  /** @type {HTMLElement[]} */
  const parts = [element("p", { class: "hint", id: "foreign" }, said.join(" "))];
  if (!entities) return parts;
  const row = (/** @type {string} */ name, /** @type {any} */ own) => [
    label(name),
    number(own.precision),
    number(own.recall),
    number(own.f1),
    own.support === null ? "\u2013" : formatNumber(own.support),
  ];
  const rows = [
    row(t("foreignAll"), entities),
    ...Object.entries(entities.by_type).map(([name, own]) => row(name, own)),
    ...Object.entries(entities.others).map(([name, own]) => row(`(${name})`, own)),
  ];
  const header = [t("type"), t("precision"), t("recall"), "F1", t("support")];
  parts.push(
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": t("typesTitle") },
      numbers(header, rows),
    ),
    terms(["precision", "recall", "support", "macro", "micro", "weighted"]),
  );
  return parts;
}

/**
 * @param {HTMLElement} place
 * @param {import("./store.js").Entry} entry
 */
export function showDetail(place, entry) {
  const { report, token } = entry;
  /** @type {(HTMLElement | null)[]} */
  const parts = [element("p", { class: "report-title" }, label(report?.title ?? entry.name, 200))];
  if (report)
    parts.push(
      headlines(entry),
      typesOf(entry),
      element("h3", {}, t("confusionTitle")),
      element("p", { class: "hint" }, t("confusionHint")),
      matrixTable(report.confusion.types),
      entityTable(report),
      buckets(report),
    );
  if (entry.foreign) parts.push(...foreign(entry.foreign));
  else if (!token) parts.push(element("p", { class: "hint" }, t("onlyHeadlines")));
  if (token) parts.push(tags(entry));
  if (report) {
    if (report.calibration)
      parts.push(
        element(
          "div",
          { class: "pair" },
          reliability(report.calibration, "words"),
          reliability(report.calibration, "entities"),
        ),
      );
    parts.push(repeated(report));
    parts.push(element("details", {}, element("summary", {}, t("confusionTags")), matrixTable(report.confusion.tags)));
    parts.push(provenance(report));
    parts.push(
      element(
        "div",
        { class: "buttons no-print" },
        element(
          "button",
          {
            type: "button",
            class: "quiet",
            onclick: () => save(`${entry.id}.json`, "application/json", entry.json ?? ""),
          },
          t("json"),
        ),
      ),
    );
  }
  place.replaceChildren(...parts.filter((part) => part !== null));
}
