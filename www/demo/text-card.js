// The text: typed, pasted, opened, dropped, from an example or a link, and shared.

import { byId, element, label, messageOf } from "../shared/dom.js";
import { encodingName, offered } from "../shared/encodings.js";
import { dropped, isArchive } from "../shared/files.js";
import { handOver } from "../shared/handover.js";
import { counted, formatNumber, t } from "../shared/i18n.js";
import { read } from "./documents.js";
import { examples } from "./examples.js";
import { LONGEST_LINK, linkTo, settingsIn, textIn } from "./share-link.js";
import { TextBox } from "./text-box.js";

/** Where this tab keeps its text while another page is in it. */
const KEPT = "nerite.text";
/** A longer text would take more memory than a tab has. */
const LONGEST_TEXT = 5_000_000;
/** So many names of what was not read are told. */
const MOST_TOLD = 5;

export class TextCard {
  #box;
  #share = byId("share-panel");
  #listener;
  #note = () => "";
  /**
   * The file that was read in a guessed encoding.
   * @type {{ file: File } | null}
   */
  #guessed = null;
  /** Ends the reading of a file once there is another text. */
  #reading = new AbortController();
  /** The reader's own text that a button, a file or a link has put another one in place of. */
  #before = "";

  /**
   * @param {{
   *   onText(soon: boolean): void, onFolder(files: File[]): void, onFiles(files: File[]): void,
   *   settings(): import("./share-link.js").Settings, onSettings(settings: import("./share-link.js").Settings): void
   * }} listener `onText` hears of every change; `soon` while more may follow at once; `onFiles` of several files
   */
  constructor(listener) {
    this.#listener = listener;
    const { onText, onFolder } = listener;
    this.#box = new TextBox(() => {
      this.#changed();
      onText(true);
    });
    byId("clear").addEventListener("click", () => this.set(""));
    byId("undo").addEventListener("click", () => {
      this.set(this.#before);
      byId("clear").focus();
    });
    byId("open-file").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", () => {
      const files = Array.from(byId("file").files ?? []);
      byId("file").value = "";
      this.#take(files);
    });
    for (const [name, example] of Object.entries(examples)) {
      const button = element("button", {
        type: "button",
        class: "chip",
        "data-i18n": `example-${name}`,
        "data-example": name,
      });
      button.textContent = t(`example-${name}`);
      button.addEventListener("click", () => this.set(example));
      byId("examples").append(button);
    }
    byId("encoding").addEventListener("change", () => {
      if (this.#guessed) this.#open(this.#guessed.file, byId("encoding").value);
    });
    byId("share").addEventListener("click", () => this.#showLink());
    byId("close-share").addEventListener("click", () => this.#closeShare());
    this.#share.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#closeShare();
    });
    byId("share-link").addEventListener("focus", () => byId("share-link").select());
    addEventListener("hashchange", () => this.#takeLink());
    addEventListener("pagehide", () => keep(this.#box.value));
    this.#acceptDrops(onFolder);
  }

  /** Shows the text of the link, if one was followed, or what this tab held before, or the first example. */
  async start() {
    if (!(await this.#takeLink())) this.#box.value = kept() || examples.news;
  }

  /** The text to analyse, or null if it is too long. */
  get text() {
    const { value } = this.#box;
    if (value.length <= LONGEST_TEXT) return value;
    this.#say(() => t("text-too-long", { count: formatNumber(value.length), limit: formatNumber(LONGEST_TEXT) }));
    return null;
  }

  /**
   * Puts another text in the place of the one there is, which can be had back.
   * @param {string} text
   */
  set(text) {
    this.#changed();
    this.#replace(text);
  }

  /** @param {string} text */
  #replace(text) {
    const before = this.#box.value;
    if (before !== "" && !Object.values(examples).includes(before)) this.#before = before;
    this.#box.value = text;
    byId("undo").hidden = ["", text].includes(this.#before);
    this.#listener.onText(false);
  }

  /** The reader has another text now: a reload must not bring back that of the link. */
  #changed() {
    this.#reading.abort();
    this.#say(() => "");
    this.#guessed = null;
    byId("encodings").hidden = true;
    // Its link is that of another text.
    this.#share.hidden = true;
    if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  }

  /**
   * Brings the place of an offset into view.
   * @param {number} offset
   */
  reveal(offset) {
    this.#box.reveal(offset);
  }

  translate() {
    this.#box.translate();
    byId("text-note").textContent = this.#note();
    if (this.#guessed) this.#offerEncodings(this.#guessed.file, byId("encoding").value);
  }

  /** @param {() => string} make */
  #say(make) {
    this.#note = make;
    byId("judge-it").hidden = true;
    const text = make();
    if (byId("text-note").textContent !== text) byId("text-note").textContent = text;
  }

  /**
   * One file's text goes into the box; several are read one after the other. An archive may hold a bundle.
   * @param {File[]} files
   */
  #take(files) {
    if (files.length > 1) this.#listener.onFiles(files);
    else if (files.length === 1 && isArchive(files[0])) this.#listener.onFolder(files);
    else if (files.length === 1) this.#open(files[0]);
  }

  /**
   * @param {File} file
   * @param {string | null} [chosen] an encoding's label
   */
  async #open(file, chosen = null) {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    try {
      const { text, guessed, kind, left, part } = await read(file, chosen, signal);
      // Another text has come in the meantime.
      if (signal.aborted) return;
      this.set(text);
      const name = label(file.name);
      if (kind === "labelled") {
        this.#say(() => t("file-labelled", { name }));
        byId("judge-it").hidden = false;
        byId("judge-it").onclick = () => handOver("reports.html#", file);
      }
      if (left.length > 0) {
        const files = left.slice(0, MOST_TOLD).map((own) => label(own));
        if (left.length > MOST_TOLD) files.push("…");
        this.#say(() =>
          [told(part, name), counted("file-left", left.length, { name, files: files.join(", ") })].join(" ").trim(),
        );
      } else if (part) this.#say(() => told(part, name));
      if (guessed) {
        this.#say(() => t("file-guessed", { name, encoding: encodingName(guessed) }));
        this.#offerEncodings(file, guessed);
      }
    } catch (error) {
      if (!signal.aborted) this.#say(() => messageOf(error));
    }
  }

  /**
   * The file can be read anew in another encoding, until the reader has another text.
   * @param {File} file
   * @param {string} own the label of the encoding that it was read in
   */
  #offerEncodings(file, own) {
    this.#guessed = { file };
    const options = offered(own).map(([value, name]) => {
      const option = element("option", { value });
      option.textContent = name;
      return option;
    });
    byId("encoding").replaceChildren(...options);
    byId("encoding").value = own;
    byId("encodings").hidden = false;
  }

  async #takeLink() {
    try {
      const text = await textIn(location.hash);
      if (text === null) return false;
      this.#reading.abort();
      this.#say(() => "");
      const settings = settingsIn(location.hash);
      if (settings) this.#listener.onSettings(settings);
      this.#replace(text);
      return true;
    } catch {
      this.#say(() => t("share-broken"));
      return false;
    }
  }

  async #showLink() {
    const link = await linkTo(this.#box.value, this.#listener.settings());
    if (link.length > LONGEST_LINK) {
      this.#say(() => t("share-too-long", { count: formatNumber(link.length), limit: formatNumber(LONGEST_LINK) }));
      return;
    }
    byId("share-link").value = link;
    this.#share.hidden = false;
    byId("share-link").focus();
    const copied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    byId("share-state").textContent = t(copied ? "share-copied" : "share-copy-failed");
  }

  #closeShare() {
    this.#share.hidden = true;
    byId("share").focus();
  }

  /**
   * The whole page takes what is dropped, so that nothing dropped beside the box replaces the page.
   * @param {(files: File[]) => void} onFolder
   */
  #acceptDrops(onFolder) {
    /** @param {DragEvent} event */
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    let inside = 0;
    /** @param {number} count */
    const show = (count) => {
      inside = Math.max(0, count);
      document.body.classList.toggle("dropping", inside > 0);
    };
    addEventListener("dragenter", (event) => hasFiles(event) && show(inside + 1));
    addEventListener("dragleave", (event) => hasFiles(event) && show(inside - 1));
    addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    addEventListener("drop", async (event) => {
      show(0);
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      try {
        const { folder, files } = await dropped(event.dataTransfer);
        if (folder && folder.length > 0) onFolder(folder);
        else this.#take(files ?? []);
      } catch (error) {
        this.#say(() => messageOf(error));
      }
    });
  }
}

/**
 * How much of a file is read, if not all of it is.
 * @param {import("./documents.js").Part | null} part
 * @param {string} name
 */
const told = (part, name) =>
  part ? t(`file-part-${part.of}`, { name, read: formatNumber(part.read), all: formatNumber(part.all) }) : "";

/**
 * Keeps a text over a reload or a look at another page, for as long as the tab is open.
 * @param {string} text
 */
function keep(text) {
  try {
    sessionStorage.setItem(KEPT, text);
  } catch {
    // Without storage, or without room in it, the text is gone.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
