// Judging heads on a file of the visitor's own: the file is read, types are matched, heads run over it in this tab, and
// their reports go where dropped reports go.

import { byId, element, label, messageOf } from "../../shared/dom.js";
import { save } from "../../shared/files.js";
import { counted, duration, formatNumber, megabytes, t } from "../../shared/i18n.js";
import { Bundles } from "./bundles.js";
import { guess, shares, typesOf } from "./types.js";

/** @typedef {import("../../pkg/nerite.js").Labelled} Labelled */
/** @typedef {{ name: string, json: string, words: string[][] }} Made */

/** No larger file is read, in bytes: browsers give a tab some memory, and wasm a part of it. */
const LARGEST = 256 * 2 ** 20;

export class Panel {
  #onReports;
  #bundles;
  /** @type {File | File[] | null} */
  #source = null;
  /** @type {Labelled | null} */
  #read = null;
  /** What the reader has chosen for a type, beside what is guessed: type by type, "" for none. */
  #chosen = new Map();
  /** @type {AbortController | null} */
  #running = null;
  #opened = 0;

  /** @param {(reports: Made[]) => Promise<void>} onReports takes reports that were made, with the words of their sentences */
  constructor(onReports) {
    this.#onReports = onReports;
    this.#bundles = new Bundles(() => this.#showTypes());
    const input = byId("judge-file");
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      if (files.length > 0) this.open(files);
    });
    byId("judge-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    byId("judge-cancel").addEventListener("click", () => this.#running?.abort());
  }

  /**
   * Reads a labelled file, or BRAT's pairs of files, and asks what to judge.
   * @param {File[]} files
   */
  async open(files) {
    const own = ++this.#opened;
    this.#running?.abort();
    const name = label(files[0].name);
    const status = byId("judge-found");
    byId("judge-form").hidden = true;
    byId("judge-outcome").replaceChildren();
    byId("judge-status").textContent = "";
    status.className = "";
    status.textContent = t("judgeReading", { name });
    byId("judge").scrollIntoView({ block: "nearest" });
    try {
      const size = files.reduce((sum, file) => sum + file.size, 0);
      if (size > LARGEST)
        throw new Error(t("judgeTooLarge", { name, size: megabytes(size), limit: megabytes(LARGEST) }));
      const { readLabelled } = await import("../../pkg/nerite.js");
      const source = files.length === 1 ? files[0] : files;
      const read = await readLabelled(source);
      if (own !== this.#opened) return;
      this.#source = source;
      this.#read = read;
      this.#chosen.clear();
      status.replaceChildren(...this.#found(read));
      byId("judge-form").hidden = false;
      await this.#bundles.start();
    } catch (error) {
      if (own !== this.#opened) return;
      status.className = "verdict bad";
      status.textContent = t("judgeUnreadable", { name, reason: label(messageOf(error), 400) });
    }
  }

  /**
   * Takes a bundle's zip file.
   * @param {File} file
   */
  addBundle(file) {
    this.#bundles.add(file.name, file);
    byId("judge-form").hidden = this.#read === null;
  }

  /** @param {Labelled} read */
  #found({ name, found, sentences, words, types }) {
    const entities = types.reduce((sum, type) => sum + type.entities, 0);
    const counts = [
      counted("judgeSentences", sentences),
      counted("judgeWords", words),
      counted("judgeEntities", entities),
    ];
    return [
      element("strong", {}, label(name)),
      `: ${counts.join(", ")}. ${t("judgeReadAs", { found: label(found, 500) })}`,
    ];
  }

  /** The table of types, with what was chosen before. */
  #showTypes() {
    if (!this.#read) return;
    const labelled = this.#read.types;
    const heads = this.#bundles.chosen();
    const found = new Map();
    for (const { head } of heads)
      for (const type of typesOf(head.tags)) found.set(type, [...(found.get(type) ?? []), head.id]);
    const guessed = guess(labelled, [...found.keys()]);
    const targets = labelled.map(({ type }) => type);
    const rows = [...new Set([...targets, ...found.keys()])].map((type) => {
      const own = labelled.find((one) => one.type === type);
      const chosen = this.#chosen.get(type) ?? guessed.get(type) ?? "";
      const select = element(
        "select",
        {
          "aria-label": t("judgeTypeLabel", { type: label(type) }),
          "data-type": type,
          onchange: (/** @type {any} */ event) => this.#chosen.set(type, event.target.value),
        },
        element("option", { value: "", selected: chosen === "" }, t("judgeDrop")),
        targets.map((to) => element("option", { value: to, selected: to === chosen }, label(to))),
      );
      return element(
        "tr",
        {},
        element("th", { scope: "row", class: "text", translate: "no" }, label(type)),
        element("td", { class: "text" }, select),
        element("td", {}, own ? formatNumber(own.entities) : "\u2013"),
        element("td", { class: "text" }, (found.get(type) ?? []).join(", ") || "\u2013"),
      );
    });
    byId("judge-types").replaceChildren(...rows);
    byId("judge-run").disabled = heads.length === 0 || this.#running !== null;
    byId("judge-no-types").hidden = targets.length > 0;
  }

  /** What each type becomes, as the table has it. */
  #map() {
    /** @type {Map<string, string | null>} */
    const map = new Map();
    for (const select of byId("judge-types").querySelectorAll("select"))
      map.set(select.dataset.type ?? "", select.value || null);
    return map;
  }

  async #run() {
    const [source, read] = [this.#source, this.#read];
    if (!source || !read || this.#running) return;
    const map = this.#map();
    const labelled = read.types.map(({ type }) => type);
    const chosen = this.#bundles.chosen();
    const fit = chosen.filter(({ head }) => labelled.length === 0 || shares(map, labelled, typesOf(head.tags)));
    const left = chosen.filter((one) => !fit.includes(one)).map(({ head }) => head.id);
    const outcome = byId("judge-outcome");
    outcome.replaceChildren();
    const say = (/** @type {string} */ text) => {
      byId("judge-status").textContent = text;
    };
    if (fit.length === 0) {
      say(t("judgeNoShared"));
      return;
    }
    const running = new AbortController();
    this.#busy(running);
    try {
      const { made, notes, milliseconds } = await this.#judge(source, read, map, fit, running.signal, say);
      if (left.length > 0) notes.push(t("judgeLeft", { heads: left.join(", ") }));
      await this.#onReports(made);
      say(t("judgeDone", { reports: formatNumber(made.length), time: duration(milliseconds) }));
      outcome.replaceChildren(...notes.map((note) => element("p", { class: "hint" }, note)), ...downloads(made));
    } catch (error) {
      if (running.signal.aborted) say(t("stopped"));
      else say(t("judgeFailed", { reason: label(messageOf(error), 400) }));
    } finally {
      this.#busy(null);
    }
  }

  /**
   * @param {File | File[]} source
   * @param {Labelled} read
   * @param {Map<string, string | null>} map
   * @param {import("./bundles.js").Chosen[]} heads
   * @param {AbortSignal} signal
   * @param {(text: string) => void} say
   */
  async #judge(source, read, map, heads, signal, say) {
    const start = performance.now();
    /** @type {Made[]} */
    const made = [];
    /** @type {string[]} */
    const notes = [];
    const recognizers = [...new Set(heads.map(({ recognizer }) => recognizer))];
    for (const [index, recognizer] of recognizers.entries()) {
      const ids = heads.filter((own) => own.recognizer === recognizer).map(({ head }) => head.id);
      const begun = performance.now();
      const { reports, words } = await recognizer.evaluate(source, {
        heads: ids,
        // Without types there is nothing to map: all that is found is too much.
        ...(read.types.length > 0 && { map: Object.fromEntries(map) }),
        signal,
        onProgress: ({ stage, done, total }) => {
          const share = (index + (stage === "judge" ? 0.95 * (done / total) : 0.95)) / recognizers.length;
          byId("judge-progress").value = share;
          if (stage === "figures") return say(t("judgeFigures", { bundle: recognizer.name }));
          const left = done > 0 ? ((performance.now() - begun) / done) * (total - done) : null;
          const numbers = { bundle: recognizer.name, done: formatNumber(done), all: formatNumber(total) };
          say(left === null ? t("judgeRunning", numbers) : t("judgeRunningLeft", { ...numbers, left: seconds(left) }));
        },
      });
      for (const { head, json, fittedOn } of reports) {
        made.push({ name: `${label(read.name)}, ${recognizer.name}, ${head}`, json, words });
        if (fittedOn) notes.push(t("judgeFittedOn", { head, split: fittedOn }));
      }
    }
    return { made, notes, milliseconds: performance.now() - start };
  }

  /** @param {AbortController | null} running */
  #busy(running) {
    this.#running = running;
    byId("judge-progress").value = 0;
    byId("judge-progress").hidden = running === null;
    byId("judge-cancel").hidden = running === null;
    byId("judge-run").disabled = running !== null;
  }
}

/** @param {number} milliseconds */
const seconds = (milliseconds) => {
  const whole = Math.ceil(milliseconds / 1000);
  return whole < 60 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
};

/** @param {Made[]} made */
const downloads = (made) => [
  element(
    "div",
    { class: "buttons" },
    made.map(({ name, json }) =>
      element(
        "button",
        { type: "button", class: "quiet", onclick: () => save(`${name}.json`, "application/json", json) },
        t("judgeDownload", { name }),
      ),
    ),
  ),
];
