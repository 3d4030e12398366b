// What redactions let through: the stored reports and the user's own, and one of them in full.

import { element, focusAgain, focusIn, label } from "../shared/dom.js";
import { save } from "../shared/files.js";
import { formatNumber, t } from "../shared/i18n.js";
import { percent } from "./numbers.js";
import { change, state } from "./state.js";
import { terms } from "./terms.js";

/**
 * @typedef {{ count: number, of: number, share: number, interval: { low: number, high: number } }} Share
 * @typedef {{ id: string, source: string, report: any }} Leak
 */

/**
 * The groups of a kind ("origin"), by share, the lowest first.
 * @param {Record<string, Share>} groups
 * @param {string} kind
 * @returns {[string, Share][]}
 */
export const groupsOf = (groups, kind) =>
  Object.entries(groups)
    .filter(([name, { of }]) => name.startsWith(`${kind}:`) && of > 0)
    .map(([name, share]) => /** @type {[string, Share]} */ ([name.slice(kind.length + 1), share]))
    .sort(([, one], [, other]) => one.share - other.share);

const TERMS = ["leak", "needless", "plainWords", "origins"];

/** @param {Share} share */
const shareCell = (share) =>
  element(
    "td",
    {},
    percent(share.share),
    element("span", { class: "interval" }, `${percent(share.interval.low)} \u2013 ${percent(share.interval.high)}`),
  );

/** @param {Leak} leak */
function originCells({ report }) {
  const origins = groupsOf(report.groups, "origin");
  const cell = (/** @type {[string, Share] | undefined} */ own) =>
    element(
      "td",
      {},
      own ? percent(own[1].share) : "\u2013",
      element("span", { class: "interval" }, own ? label(own[0]) : ""),
    );
  return [cell(origins[0]), cell(origins.at(-1))];
}

/**
 * @param {Leak[]} all
 * @param {string} chosen
 */
function overview(all, chosen) {
  const row = (/** @type {Leak} */ leak) =>
    element(
      "tr",
      { class: leak.id === chosen ? "chosen" : null, "data-leak": leak.id },
      element(
        "th",
        { scope: "row" },
        element(
          "button",
          {
            type: "button",
            class: "link",
            "data-focus": `leak:${leak.id}`,
            "aria-pressed": String(leak.id === chosen),
            onclick: () => change({ leak: leak.id }),
          },
          label(leak.report.title, 120),
        ),
        element(
          "span",
          { class: "interval" },
          t("leakTexts", {
            source: t(`source_${leak.source}`),
            texts: formatNumber(leak.report.texts),
            sha256: leak.report.sha256.slice(0, 8),
          }),
        ),
      ),
      shareCell(leak.report.leak),
      shareCell(leak.report.needless),
      shareCell(leak.report.needless_words_in_plain_texts),
      originCells(leak),
    );
  const heads = ["leak", "needless", "plainWords", "bestOrigin", "worstOrigin"];
  return element(
    "table",
    { class: "reports" },
    element("caption", { class: "visually-hidden" }, t("leaksTitle")),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ["leakReport", ...heads].map((name) => element("th", { scope: "col" }, t(name))),
      ),
    ),
    element("tbody", {}, all.map(row)),
  );
}

/**
 * Shares with a bar each.
 * @param {string} title
 * @param {[string, Share][]} rows
 */
function shares(title, rows) {
  const most = Math.max(0.01, ...rows.map(([, { share }]) => share));
  const picture = (/** @type {number} */ share) => {
    const bar = element("span", { class: "share", "aria-hidden": "true" }, element("span", {}));
    bar.style.setProperty("--share", (share / most).toFixed(4));
    return bar;
  };
  return element(
    "section",
    {},
    element("h3", {}, title),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": title },
      element(
        "table",
        { class: "reports shares" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            [t("leakOf"), t("leak"), t("interval"), t("characters")].map((text) =>
              element("th", { scope: "col" }, text),
            ),
          ),
        ),
        element(
          "tbody",
          {},
          rows.map(([name, { share, interval, of }]) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, label(name)),
              element("td", {}, percent(share), picture(share)),
              element("td", {}, `${percent(interval.low)} \u2013 ${percent(interval.high)}`),
              element("td", {}, formatNumber(of)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** @param {Leak} leak */
function detail({ id, report }) {
  const origins = groupsOf(report.groups, "origin");
  const byShare = (/** @type {[string, Share][]} */ rows) => rows.sort(([, one], [, other]) => other.share - one.share);
  const [best, worst] = [origins[0], origins.at(-1)];
  const said =
    best && worst && origins.length > 1
      ? t("leakOrigins", {
          worst: worst[0],
          worstShare: percent(worst[1].share),
          best: best[0],
          bestShare: percent(best[1].share),
          points: (100 * report.spread_of_origins).toFixed(2),
        })
      : t("leakNoOrigins");
  const groups = ["origin", "language", "kind"]
    .map((kind) => shares(t(`leakBy_${kind}`), byShare(groupsOf(report.groups, kind))))
    .filter((_, index) => groupsOf(report.groups, ["origin", "language", "kind"][index]).length > 0);
  return [
    element("p", { class: "report-title" }, label(report.title, 200)),
    element("p", { id: "leak-origins" }, said),
    element("div", { class: "pair wide" }, shares(t("leakByType"), byShare(Object.entries(report.types))), ...groups),
    element("p", { class: "hint command" }, t("leakCommand", { command: report.command })),
    element(
      "div",
      { class: "buttons no-print" },
      element(
        "button",
        {
          type: "button",
          class: "quiet",
          onclick: () => save(`${id.replace(/^own\//, "")}.json`, "application/json", JSON.stringify(report, null, 2)),
        },
        t("json"),
      ),
    ),
  ];
}

/**
 * @param {HTMLElement} place
 * @param {Map<string, Leak>} leaks
 */
export function showLeaks(place, leaks) {
  const all = [...leaks.values()].sort((one, other) => one.report.leak.share - other.report.leak.share);
  const chosen = leaks.get(state().leak) ?? all[0];
  if (!chosen) {
    place.replaceChildren(element("p", { class: "hint" }, t("leaksNone")));
    return;
  }
  const isOneCorpus = new Set(all.map(({ report }) => report.sha256)).size === 1;
  const focused = focusIn(place);
  place.replaceChildren(
    element(
      "div",
      { class: "scroll", id: "leak-table", tabindex: "0", role: "group", "aria-label": t("leaksTitle") },
      overview(all, chosen.id),
    ),
    terms(TERMS),
    isOneCorpus ? "" : element("p", { class: "hint" }, t("leaksApart")),
    element("div", { id: "leak-detail" }, detail(chosen)),
  );
  focusAgain(place, focused);
}
