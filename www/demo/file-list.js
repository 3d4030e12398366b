// Several files at once: each is read and analysed in turn, shown when it is chosen, and handed out with all the others.

import { byId, element, label } from "../shared/dom.js";
import { download } from "../shared/files.js";
import { counted, formatNumber, t } from "../shared/i18n.js";
import { read } from "./documents.js";
import { fileName, writeAll } from "./exports.js";

/** More files are not taken at a time. */
const MOST = 500;
/** A longer text is not analysed, as in the box. */
const LONGEST_TEXT = 5_000_000;

export class FileList {
  #listener;
  /** Each file: `{ file, state: "waiting" | "reading" | "done" | "failed", text, prediction, reason, row }`. */
  #entries = [];
  #chosen = 0;
  #stop = new AbortController();
  #running = false;

  /**
   * @param {{ recognizer(): object | null, settings(): object, onShow(text: string): void }} listener
   */
  constructor(listener) {
    this.#listener = listener;
    byId("files-close").addEventListener("click", () => this.#close());
    byId("files-download").addEventListener("click", () => this.#download());
  }

  /** Takes new files in the place of the earlier ones. */
  open(files) {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#running = false;
    this.#chosen = files.length;
    this.#entries = files.slice(0, MOST).map((file) => ({ file, state: "waiting", row: this.#row(file) }));
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
      if (entry.state !== "waiting") continue;
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

  async #analyse(entry, recognizer, signal) {
    const set = (values) => {
      if (signal.aborted) return;
      Object.assign(entry, values);
      this.#tell(entry);
    };
    set({ state: "reading" });
    try {
      const { text } = await read(entry.file);
      if (text.length > LONGEST_TEXT) {
        const [count, limit] = [text.length, LONGEST_TEXT].map(formatNumber);
        throw new Error(t("text-too-long", { count, limit }));
      }
      const { head } = this.#listener.settings();
      set({ state: "done", text, prediction: await recognizer.predict(text, { head, signal }) });
    } catch (error) {
      // The model has gone in the meantime: another one goes on.
      if (error.code === "freed") set({ state: "waiting" });
      else set({ state: "failed", reason: error.message });
    }
  }

  #row(file) {
    const name = element("button", { type: "button", class: "link" }, label(file.name));
    const state = element("span", { class: "state" });
    name.addEventListener("click", () => {
      const { text } = this.#entries.find((entry) => entry.file === file);
      this.#listener.onShow(text);
    });
    return { item: element("li", {}, name, state), name, state };
  }

  #tell({ file, state, prediction, reason, row }) {
    const says = {
      waiting: () => t("files-waiting"),
      reading: () => t("files-reading"),
      done: () => counted("entities", prediction.entities.length),
      failed: () => label(reason, 300),
    };
    row.name.disabled = state !== "done";
    row.name.setAttribute("aria-label", t("files-show", { name: label(file.name) }));
    row.state.textContent = says[state]();
    row.state.classList.toggle("failed", state === "failed");
  }

  #count() {
    const done = this.#entries.filter(({ state }) => ["done", "failed"].includes(state)).length;
    const [all, limit, count] = [this.#entries.length, MOST, this.#chosen].map(formatNumber);
    byId("files-state").textContent = [
      this.#chosen > MOST ? t("files-too-many", { count, limit }) : "",
      this.#entries.length > 0 ? t("files-progress", { done: formatNumber(done), all }) : "",
      this.#listener.recognizer() || this.#entries.length === 0 ? "" : t("files-no-model"),
    ]
      .filter(Boolean)
      .join(" ");
    byId("files-download").disabled = !this.#entries.some(({ state }) => state === "done");
  }

  async #download() {
    const format = byId("format").value;
    const { threshold, off } = this.#listener.settings();
    const results = this.#entries
      .filter(({ state }) => state === "done")
      .map(({ file, text, prediction }) => ({
        name: file.name,
        text,
        bundle: this.#listener.recognizer()?.name ?? "",
        prediction,
        entities: prediction.entities.filter(({ score, type }) => score >= threshold && !off.includes(type)),
        threshold,
      }));
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
