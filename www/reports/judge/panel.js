// Judging heads on a file of the visitor's own: the file is read, types are matched, heads run over it in this tab, and
// their reports go where dropped reports go.

import { byId, element, focusAgain, focusIn, label, messageOf } from "../../shared/dom.js";
import { save } from "../../shared/files.js";
import { counted, duration, formatNumber, megabytes, t } from "../../shared/i18n.js";
import { passFocus } from "../focus.js";
import { hush, say } from "../say.js";
import { Bundles } from "./bundles.js";
import { judge } from "./run.js";
import { guess, shares, typesOf } from "./types.js";

/** @typedef {import("../../pkg/nerite.js").Labelled} Labelled */
/** @typedef {import("./run.js").Made} Made */

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

  /** @param {(reports: Made[]) => Promise<void>} onReports takes reports that were made */
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
    for (const place of [byId("judge-outcome"), byId("judge-status")]) hush(place);
    status.className = "";
    say(status, () => t("judgeReading", { name }));
    byId("judge").scrollIntoView({ block: "nearest" });
    const refuse = (/** @type {() => string} */ why) => {
      status.className = "verdict bad";
      say(status, why);
    };
    try {
      const size = files.reduce((sum, file) => sum + file.size, 0);
      if (size > LARGEST) {
        refuse(() => t("judgeTooLarge", { name, size: megabytes(size), limit: megabytes(LARGEST) }));
        return;
      }
      const { readLabelled } = await import("../../pkg/nerite.js");
      const source = files.length === 1 ? files[0] : files;
      const read = await readLabelled(source);
      if (own !== this.#opened) return;
      this.#source = source;
      this.#read = read;
      this.#chosen.clear();
      say(status, () => this.#found(read));
      byId("judge-form").hidden = false;
      await this.#bundles.start();
    } catch (error) {
      if (own !== this.#opened) return;
      refuse(() => t("judgeUnreadable", { name, reason: reasonOf(error) }));
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
          "data-focus": type,
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
        element("td", { class: "text" }, [...new Set(found.get(type))].join(", ") || "\u2013"),
      );
    });
    const place = byId("judge-types");
    const focused = focusIn(place);
    place.replaceChildren(...rows);
    focusAgain(place, focused);
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
    const [source, read, opened] = [this.#source, this.#read, this.#opened];
    if (!source || !read || this.#running) return;
    const map = this.#map();
    const labelled = read.types.map(({ type }) => type);
    const chosen = this.#bundles.chosen();
    const fit = chosen.filter(({ head }) => labelled.length === 0 || shares(map, labelled, typesOf(head.tags)));
    const left = chosen.filter((one) => !fit.includes(one)).map(({ head }) => head.id);
    hush(byId("judge-outcome"));
    if (fit.length === 0) {
      say(byId("judge-status"), () => t("judgeNoShared"));
      return;
    }
    const running = new AbortController();
    this.#busy(running);
    say(byId("judge-status"), () => t("judgeBegun", { bundle: fit[0].recognizer.name }));
    try {
      const outcome = await judge(source, read, map, fit, running.signal, showStep);
      const isStopped = running.signal.aborted;
      // Another file was opened instead: of this one there may be nothing to say.
      if (opened === this.#opened || outcome.made.length > 0) await this.#end(outcome, isStopped, left);
    } finally {
      this.#busy(null);
    }
  }

  /**
   * Hands over what was made, and says how it went.
   * @param {import("./run.js").Outcome} outcome
   * @param {boolean} isStopped
   * @param {string[]} left heads that were left out
   */
  async #end({ made, fitted, milliseconds, failure }, isStopped, left) {
    /** @type {string | null} */
    let unshown = null;
    try {
      if (made.length > 0) await this.#onReports(made);
    } catch (error) {
      unshown = reasonOf(error);
    }
    say(byId("judge-status"), () => {
      const done = { reports: formatNumber(made.length), time: duration(milliseconds) };
      return [
        failure && isStopped ? t("stopped") : "",
        made.length > 0 && unshown === null ? t("judgeDone", done) : "",
        unshown === null ? "" : t("judgeUnshown", { reason: unshown }),
        failure && !isStopped ? t("judgeFailed", { bundle: failure.bundle, reason: reasonOf(failure.error) }) : "",
      ]
        .filter(Boolean)
        .join(" ");
    });
    if (made.length === 0) return;
    say(byId("judge-outcome"), () => {
      const notes = fitted.map((own) => t("judgeFittedOn", own));
      if (left.length > 0) notes.push(t("judgeLeft", { heads: left.join(", ") }));
      return [...notes.map((note) => element("p", { class: "hint" }, note)), downloads(made)];
    });
  }

  /** @param {AbortController | null} running */
  #busy(running) {
    this.#running = running;
    const [choices, run, cancel] = [byId("judge-choices"), byId("judge-run"), byId("judge-cancel")];
    byId("judge-progress").value = 0;
    byId("judge-progress").hidden = running === null;
    hush(byId("judge-step"));
    if (running) {
      cancel.hidden = false;
      for (const own of [choices, run]) passFocus(own, cancel);
    }
    // A bundle that is given back while it judges has nothing more to say.
    choices.disabled = running !== null;
    run.disabled = running !== null || this.#bundles.chosen().length === 0;
    if (!running) {
      passFocus(cancel, run);
      cancel.hidden = true;
    }
  }

  /** Draws what it has not said (say.js) in the language that is current now. */
  translate() {
    this.#showTypes();
  }
}

/**
 * How far it is; what changes with every sentence is not read aloud.
 * @param {import("./run.js").Step} step
 */
function showStep({ bundle, stage, done, total, share, left }) {
  byId("judge-progress").value = share;
  if (stage === "figures") {
    say(byId("judge-status"), () => t("judgeFigures", { bundle }));
    hush(byId("judge-step"));
    return;
  }
  say(byId("judge-status"), () => t("judgeBegun", { bundle }));
  say(byId("judge-step"), () => {
    const numbers = { done: formatNumber(done), all: formatNumber(total) };
    return left === null ? t("judgeRunning", numbers) : t("judgeRunningLeft", { ...numbers, left: seconds(left) });
  });
}

const reasonOf = (/** @type {unknown} */ error) => label(messageOf(error), 400);

/** @param {number} milliseconds */
const seconds = (milliseconds) => {
  const whole = Math.ceil(milliseconds / 1000);
  return whole < 60 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
};

/** @param {Made[]} made */
const downloads = (made) =>
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
  );
