// What there is to say of heads.

import { label } from "../shared/dom.js";
import { formatNumber, knows, t } from "../shared/i18n.js";
import { reportOf } from "./catalog.js";

/** @typedef {import("../shared/head-names.js").Named} Named */

/**
 * What a line says of a head: on what it was trained, how good it is, and where its report is.
 *
 * @param {Named} head
 * @param {string | null} bundle the bundle's name, if it is one of the site's
 * @returns {{ text: string, report: string | null }}
 */
export function aboutOf({ id, title }, bundle) {
  if (bundle === null) return { text: label(title ?? "", 200), report: null };
  const report = reportOf(bundle, id);
  const figure = report && t("head-figure", { f1: report.f1.toFixed(2), sentences: formatNumber(report.sentences) });
  const key = [`head-${bundle}-${id}-about`, `head-${id}-about`].find(knows);
  const about = key ? t(key) : label(title ?? "", 200);
  const name = report?.file.replace(/^reports\/|\.json$/g, "");
  return {
    text: [about, figure].filter(Boolean).join(" "),
    report: report && `reports.html#${new URLSearchParams({ show: `${bundle}/${name}` })}`,
  };
}
