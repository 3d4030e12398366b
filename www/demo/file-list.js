// Several files at once: each is read and analysed in turn, shown when it is chosen, and handed out with all the others.

import { byId, element, label, messageOf } from "../shared/dom.js";
import { download } from "../shared/files.js";
import { counted, formatNumber, t } from "../shared/i18n.js";
import { read } from "./documents.js";
import { fileName, writeAll } from "./exports.js";

/** More files are not taken at a time. */
const MOST = 500;
/** A longer text is not analysed, as in the box. */
const LONGEST_TEXT = 5_000_000;

/**
 * @typedef {import("../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {{ item: HTMLLIElement, name: HTMLButtonElement, state: HTMLSpanElement }} Row
 * @typedef {(
 *   { state: "waiting" } | { state: "reading" } | { state: "failed", reason: string } |
 *   { state: "done", text: string, left: number, isPart: boolean, prediction: import("../pkg/nerite.js").Prediction }
 * )} Outcome
 * @typedef {{ file: File, row: Row, outcome: Outcome }} Entry
 */

export class FileList {
  #listener;
  /** @type {Entry[]} */
  #entries = [];
  #chosen = 0;
  #stop = new AbortController();
  #running = false;

  /**
   * @param {{
   *   recognizer(): Recognizer | null,
   *   settings(): import("./share-link.js").Settings,
   *   onShow(text: string): void,
   * }} listener
   */
  constructor(listener) {
    this.#listener = listener;
    byId("files-close").addEventListener("click", () => this.#close());
    byId("files-download").addEventListener("click", () => this.#download());
  }

  /**
   * Takes new files in the place of the earlier ones.
   * @param {File[]} files
   */
  open(files) {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#running = false;
    this.#chosen = files.length;
    this.#entries = files.slice(0, MOST).map((file) => this.#entry(file));
    byId("files-list").replaceChildren(...this.#entries.map(({ row }) => row.item));
    byId("file-list").hidden = false;
    for (const entry of this.#entries) this.#tell(entry);
    this.#count();
    this.goOn();
  }

  /** Reads what waits, once there is a model. */
  async goOn() {
    const { signal } = this.#stop;
    if (this.#running || !this.#listener.recognizer()) return;
    this.#running = true;
    for (const entry of this.#entries) {
      if (entry.outcome.state !== "waiting") continue;
      const recognizer = this.#listener.recognizer();
      if (!recognizer) break;
      await this.#analyse(entry, recognizer, signal);
      if (signal.aborted) return;
      this.#count();
    }
    this.#running = false;
  }

  translate() {
    for (const entry of this.#entries) this.#tell(entry);
    this.#count();
  }

  /**
   * @param {Entry} entry
   * @param {Recognizer} recognizer
   * @param {AbortSignal} signal
   */
  async #analyse(entry, recognizer, signal) {
    /** @param {Outcome} outcome */
    const set = (outcome) => {
      if (signal.aborted) return;
      entry.outcome = outcome;
      this.#tell(entry);
    };
    set({ state: "reading" });
    try {
      const { text, left, part } = await read(entry.file, null, signal);
      if (text.length > LONGEST_TEXT) {
        const [count, limit] = [text.length, LONGEST_TEXT].map(formatNumber);
        throw new Error(t("text-too-long", { count, limit }));
      }
      const { head } = this.#listener.settings();
      const prediction = await recognizer.predict(text, { head, signal });
      set({ state: "done", text, left: left.length, isPart: part !== null, prediction });
    } catch (error) {
      // The model has gone in the meantime: another one goes on.
      if (error instanceof Error && "code" in error && error.code === "freed") set({ state: "waiting" });
      else set({ state: "failed", reason: messageOf(error) });
    }
  }

  /**
   * @param {File} file
   * @returns {Entry}
   */
  #entry(file) {
    const name = element("button", { type: "button", class: "link" }, label(file.name));
    const state = element("span", { class: "state" });
    const item = element("li", {}, name, state);
    /** @type {Entry} */
    const entry = { file, row: { item, name, state }, outcome: { state: "waiting" } };
    name.addEventListener("click", () => {
      if (entry.outcome.state === "done") this.#listener.onShow(entry.outcome.text);
    });
    return entry;
  }

  /** @param {Entry} entry */
  #tell({ file, row, outcome }) {
    row.name.disabled = outcome.state !== "done";
    row.name.setAttribute("aria-label", t("files-show", { name: label(file.name) }));
    row.state.textContent = said(outcome);
    row.state.classList.toggle("failed", outcome.state === "failed");
  }

  #count() {
    const done = this.#entries.filter(({ outcome }) => ["done", "failed"].includes(outcome.state)).length;
    const [all, limit, count] = [this.#entries.length, MOST, this.#chosen].map(formatNumber);
    byId("files-state").textContent = [
      this.#chosen > MOST ? t("files-too-many", { count, limit }) : "",
      this.#entries.length > 0 ? t("files-progress", { done: formatNumber(done), all }) : "",
      this.#listener.recognizer() || this.#entries.length === 0 ? "" : t("files-no-model"),
    ]
      .filter(Boolean)
      .join(" ");
    byId("files-download").disabled = !this.#entries.some(({ outcome }) => outcome.state === "done");
  }

  async #download() {
    const format = /** @type {import("./exports.js").Format} */ (byId("format").value);
    const { threshold, off } = this.#listener.settings();
    const bundle = this.#listener.recognizer()?.name ?? "";
    const results = this.#entries.flatMap(({ file, outcome }) => {
      if (outcome.state !== "done") return [];
      const { text, prediction } = outcome;
      const entities = prediction.entities.filter(({ score, type }) => score >= threshold && !off.includes(type));
      return [{ name: file.name, text, bundle, prediction, entities, threshold }];
    });
    download(await writeAll(format, results), fileName(format));
  }

  #close() {
    this.#stop.abort();
    this.#running = false;
    this.#entries = [];
    this.#chosen = 0;
    byId("file-list").hidden = true;
    byId("files-list").replaceChildren();
    byId("open-file").focus();
  }
}

/** @param {Outcome} outcome */
function said(outcome) {
  switch (outcome.state) {
    case "waiting":
      return t("files-waiting");
    case "reading":
      return t("files-reading");
    case "done":
      return [
        counted("entities", outcome.prediction.entities.length),
        outcome.isPart ? t("files-part") : "",
        outcome.left > 0 ? counted("files-left", outcome.left) : "",
      ]
        .filter(Boolean)
        .join(" · ");
    case "failed":
      return label(outcome.reason, 300);
  }
}
