// "Check this figure": runs encoder and head over a stored sample in this tab and compares.

import { element } from "../shared/dom.js";
import { formatNumber, t } from "../shared/i18n.js";
import { numbers } from "./figure.js";
import { mapper } from "./mapping.js";
import { judgeSample } from "./metrics-client.js";
import { number, signed } from "./numbers.js";
import { hush, say } from "./say.js";
import { loadSample } from "./store.js";

/** @typedef {import("./store.js").Entry} Entry */

/** Sentences that are predicted at a time, so that progress can be told and the check can be stopped. */
const GROUP = 8;

/** The entries that can be checked: those with a sample and a bundle to run. */
export const checkable = (/** @type {Entry[]} */ entries) => entries.filter(({ sample, bundle }) => sample && bundle);

/**
 * @param {import("../pkg/nerite.js").Recognizer} recognizer
 * @param {Entry} entry
 * @param {import("./store.js").Sample} sample
 * @param {{ signal: AbortSignal, onProgress: (done: number, all: number) => void }} options
 */
async function predict(recognizer, { headId, report }, sample, { signal, onProgress }) {
  /** @type {string[][]} */
  const tags = [];
  const { map, types } = report?.provenance.settings ?? {};
  const mapped = mapper(map ?? "", types ?? []);
  for (let start = 0; start < sample.sentences.length; start += GROUP) {
    const words = sample.sentences.slice(start, start + GROUP).map((/** @type {any} */ own) => own.words);
    const found = await recognizer.predictWords(words, { head: headId, decoder: sample.decoder, signal });
    tags.push(...found.tags.map((own) => own.map(mapped)));
    onProgress(tags.length, sample.sentences.length);
  }
  return tags;
}

/**
 * Runs the check of an entry, and says how it goes: in `state` what it is at, in `progress`, which is not read aloud, how
 * far it is, in `place` the outcome.
 * @param {{ state: HTMLElement, progress: HTMLElement, place: HTMLElement }} places
 * @param {Entry} entry
 * @param {AbortSignal} signal
 */
export async function runCheck({ state, progress, place }, entry, signal) {
  say(state, () => t("checkStarting"));
  const { json, sample } = await loadSample(entry);
  say(state, () => t("checkModel"));
  const { load } = await import("../pkg/nerite.js");
  const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);
  const recognizer = await load(entry.bundle ?? "", {
    signal,
    onProgress: ({ loaded, total }) =>
      say(progress, () => t("checkLoading", { loaded: megabytes(loaded), total: megabytes(total) })),
  });
  try {
    const start = performance.now();
    say(state, () => t("checkWorks"));
    hush(progress);
    const tags = await predict(recognizer, entry, sample, {
      signal,
      onProgress: (done, all) =>
        say(progress, () => t("checkRunning", { done: formatNumber(done), all: formatNumber(all) })),
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const judged = await judgeSample(json, tags);
    const backend = recognizer.backend ?? "";
    say(place, () => outcome(judged, { sentences: formatNumber(sample.sentences.length), seconds, backend }));
    hush(state);
  } finally {
    recognizer.free();
  }
}

/**
 * @param {any} judged what core/src/report/sample says
 * @param {{ sentences: string, seconds: string, backend: string }} how
 */
function outcome(judged, how) {
  const rows = Object.keys(judged.stored).map((name) => [
    t(name),
    number(judged.stored[name]),
    number(judged.found[name]),
    signed(judged.found[name] - judged.stored[name]),
  ]);
  return [
    element(
      "p",
      {
        "class": judged.differing === 0 ? "verdict good" : "verdict bad",
        "id": "check-verdict",
        "data-differing": String(judged.differing),
      },
      t(judged.differing === 0 ? "checkSame" : "checkDiffers", {
        differing: formatNumber(judged.differing),
        words: formatNumber(judged.words),
      }),
    ),
    element("div", { class: "scroll" }, numbers([t("figure"), t("stored"), t("here"), t("difference")], rows)),
    element("p", { class: "hint" }, t("checkHint", how)),
  ];
}
