// The text without personal data: what is taken out, what the reader decides of it, and the way back for an answer.

import { byId, element, label, messageOf } from "../../shared/dom.js";
import { download } from "../../shared/files.js";
import { counted, formatNumber, t } from "../../shared/i18n.js";
import { oncePerFrame, pacer } from "../../shared/pace.js";
import { typeColour, typeName } from "../../shared/tags.js";
import { Latest } from "../latest.js";
import { ResultView } from "../result-view.js";
import { Choice } from "./choice.js";
import { Decisions } from "./decisions.js";
import { byType, pieces } from "./pieces.js";
import { RestoreBox } from "./restore-box.js";
import { SecondModel } from "./second-model.js";

/** What is copied is bounded: browsers hold the page up while the clipboard takes it. */
const MOST_COPIED = 5e6;

/**
 * @typedef {import("../../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {import("../../pkg/nerite.js").Redaction} Redaction
 * @typedef {import("./pieces.js").Mark} Mark
 */

export class RedactionCard {
  #box = byId("redacted");
  #decisions = new Decisions();
  #view;
  #choice;
  #second;
  #restore;
  #work = new Latest((signal) => this.#run(signal));
  #readText;
  #head;
  #onFailure;
  #active = false;
  /** The page's model, if it is one of the site's. @type {string | null} */
  #bundle = null;
  /** @type {Recognizer | null} */
  #recognizer = null;
  /** What is on show, of which text. @type {{ text: string, redaction: Redaction, words: object[], entities: Mark[] } | null} */
  #shown = null;
  /** The text that the decisions are of. */
  #decided = "";
  /** Types that are taken out; null: those that the package takes. @type {string[] | null} */
  #types = null;
  /** The table of what was copied or saved: its placeholders stay what they are. @type {string | undefined} */
  #handedOn = undefined;
  /** Where the focus is to be after the next run, as an offset of the original text. @type {number | null} */
  #focusAt = null;
  /** The words that are decided of. */
  #chosen = { from: 0, to: 1 };

  /**
   * @param {() => string | null} readText
   * @param {() => string} head the head that is chosen on the page
   * @param {(error: unknown) => void} onFailure
   */
  constructor(readText, head, onFailure) {
    this.#readText = readText;
    this.#head = head;
    this.#onFailure = onFailure;
    const always = { state: (/** @type {Mark} */ mark) => mark.state };
    this.#view = new ResultView(this.#box, /** @type {any} */ (always), {
      onPreview: () => {},
      onSelect: (index) => this.#choose(index, index + 1),
    });
    this.#choice = new Choice(this.#decisions, (focusAt) => {
      this.#focusAt = focusAt;
      this.#work.request(0);
    });
    this.#second = new SecondModel(() => this.request());
    this.#restore = new RestoreBox(() => this.#shown?.redaction ?? null);
    const again = oncePerFrame(() => this.request());
    for (const name of /** @type {const} */ (["redaction-style", "redaction-confirm"]))
      byId(name).addEventListener("change", again);
    byId("redaction-threshold").addEventListener("input", ({ target }) => {
      byId("redaction-threshold-value").textContent = Number(/** @type {any} */ (target).value).toFixed(2);
      again();
    });
    byId("redaction-reset").addEventListener("click", () => {
      this.#decisions.clear();
      this.#types = null;
      this.request();
    });
    byId("redaction-copy").addEventListener("click", () => this.#copy());
    byId("redaction-download").addEventListener("click", () => {
      if (!this.#shown) return;
      this.#handOn();
      download(new Blob([this.#shown.redaction.text], { type: "text/plain" }), "redacted.txt");
    });
    byId("table-download").addEventListener("click", () => {
      if (!this.#shown) return;
      this.#handOn();
      download(new Blob([this.#shown.redaction.table()], { type: "application/json" }), "redaction-table.json");
    });
    byId("redaction-stop").addEventListener("click", () => this.#work.cancel());
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    this.#box.addEventListener("pointerup", () => this.#takeSelection());
  }

  /** Takes another recognizer, or none. @param {Recognizer | null} recognizer @param {string | null} bundle */
  use(recognizer, bundle = null) {
    this.#recognizer = recognizer;
    this.#types = null;
    this.#work.cancel();
    if (!recognizer) return;
    this.#bundle = bundle;
    if (this.#active) this.#second.offer(bundle);
    this.request();
  }

  /** Shows itself, or not: what is not seen does not work. @param {boolean} active */
  show(active) {
    this.#active = active;
    if (!active) return this.#work.cancel();
    this.#second.offer(this.#bundle);
    this.request();
  }

  /** The text has changed, or what it is read with. */
  request() {
    if (this.#active) this.#work.request(0);
  }

  translate() {
    this.#second.translate();
    this.#restore.translate();
    this.#choice.translate();
    this.#showSummary();
    this.#showTypes();
    this.#view.redraw();
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    const recognizer = this.#recognizer;
    const text = this.#readText();
    if (!recognizer || text === null) return;
    this.#decisions.follow(this.#decided, text);
    this.#decided = text;
    const current = () => !signal.aborted && recognizer === this.#recognizer;
    const bar = byId("redaction-progress");
    const second = this.#second.recognizer;
    const slow = setTimeout(() => {
      byId("redaction-working").hidden = false;
    }, 300);
    try {
      const redaction = await recognizer.redact(text, {
        heads: [this.#head()],
        also: second ? [{ recognizer: second }] : [],
        types: this.#types ?? undefined,
        threshold: Number(byId("redaction-threshold").value),
        style: /** @type {any} */ (byId("redaction-style").value),
        confirm: /** @type {any} */ (byId("redaction-confirm").value),
        table: this.#handedOn,
        ...this.#decisions.wishes,
        signal,
        onProgress: ({ words, total }) => {
          bar.max = total;
          bar.value = words;
        },
      });
      if (!current()) return;
      await this.#show(text, redaction, current);
    } catch (error) {
      // A model that is not wanted any more has been freed: what was asked of it fails.
      const wanted = recognizer === this.#recognizer && second === this.#second.recognizer;
      if (!signal.aborted && wanted) this.#onFailure(error);
    } finally {
      clearTimeout(slow);
      byId("redaction-working").hidden = true;
    }
  }

  /** @param {string} text @param {Redaction} redaction @param {() => boolean} current */
  async #show(text, redaction, current) {
    const kept = this.#decisions.kept;
    const { words, entities } = await pieces(redaction, kept, pacer());
    if (!current()) return;
    const focusAt = this.#focusAt;
    const style = byId("redaction-style").value;
    this.#box.dataset.style = style;
    // Nothing else can be put back.
    byId("restore-area").hidden = byId("table-download").hidden = style !== "placeholder";
    await this.#view.setText(redaction.text);
    await this.#view.finish(/** @type {any} */ ({ words, entities }), null, current);
    if (!current()) return;
    this.#shown = { text, redaction, words, entities };
    this.#focusAt = null;
    if (focusAt !== null) {
      const at = redaction.toRedacted(focusAt);
      const index = words.findIndex((word) => /** @type {any} */ (word).end > at);
      if (index >= 0) {
        this.#view.focus(index);
        // Where it had the focus already, nothing tells of it.
        this.#choose(index, index + 1);
      }
    } else {
      this.#choice.close();
    }
    const there = text !== "";
    for (const name of /** @type {const} */ (["redaction-copy", "redaction-download"])) byId(name).disabled = !there;
    byId("table-download").disabled = redaction.entries.length === 0;
    byId("redaction-state").textContent = "";
    this.#showSummary();
    this.#showTypes();
    await this.#restore.refresh();
  }

  #showSummary() {
    if (!this.#shown) return;
    const { hidden, left } = this.#shown.redaction;
    const types = byType(hidden).map(([type, count]) => `${formatNumber(count)} ${typeName(type)}`);
    const kept = this.#decisions.kept.length;
    byId("redaction-summary").textContent = [
      hidden.length === 0
        ? t("redaction-nothing")
        : `${counted("redaction-out", hidden.length)}: ${types.slice(0, 12).join(", ")}.`,
      left.length > 0 ? counted("redaction-left", left.length) : "",
      kept > 0 ? counted("redaction-kept", kept) : "",
    ]
      .filter(Boolean)
      .join(" ");
    byId("redaction-reset").hidden = this.#decisions.isEmpty && this.#types === null;
    const { knownTypes, takenTypes } = this.#shown.redaction;
    const not = knownTypes.filter((type) => !takenTypes.includes(type)).map((type) => typeName(type));
    byId("redaction-not").textContent = [
      not.length > 0 ? t("redaction-not-taken", { types: not.join(", ") }) : "",
      t("redaction-not-known"),
    ]
      .filter(Boolean)
      .join(" ");
  }

  /** Every type that can be found, as a switch: first those that were found. */
  #showTypes() {
    if (!this.#shown) return;
    const { knownTypes, takenTypes, hidden } = this.#shown.redaction;
    const counts = new Map(byType(hidden));
    const found = knownTypes.filter((type) => counts.has(type) || !takenTypes.includes(type));
    const rest = knownTypes.filter((type) => !found.includes(type));
    /** @param {string} type */
    const chip = (type) => {
      const taken = takenTypes.includes(type);
      const button = element(
        "button",
        { type: "button", "data-type": type, "aria-pressed": String(taken) },
        element("span", { class: "type-name" }, typeName(type)),
        counts.has(type) ? " " : null,
        counts.has(type) ? element("span", { class: "count" }, formatNumber(counts.get(type) ?? 0)) : null,
      );
      button.addEventListener("click", () => {
        this.#types = taken ? takenTypes.filter((own) => own !== type) : [...takenTypes, type];
        this.request();
      });
      return element("li", { "data-colour": typeColour(type) }, button);
    };
    const active = document.activeElement;
    const focused =
      active instanceof HTMLElement && byId("redaction-kinds").contains(active) ? active.dataset.type : null;
    byId("redaction-types").replaceChildren(...found.map(chip));
    byId("redaction-other-types").replaceChildren(...rest.map(chip));
    byId("redaction-others").hidden = rest.length === 0;
    if (focused) {
      const same = [...byId("redaction-kinds").querySelectorAll("button")].find(
        ({ dataset }) => dataset.type === focused,
      );
      same?.focus();
    }
    this.#choice.setTypes(knownTypes);
  }

  /** The words from one to another are what is decided of. @param {number} from @param {number} to */
  #choose(from, to) {
    if (!this.#shown) return;
    const { redaction, words, entities, text } = this.#shown;
    const [first, last] = /** @type {any[]} */ ([words[from], words[to - 1]]);
    if (!first || !last) return;
    const mark = to - from === 1 ? entities.find((own) => own.words[0] === from) : undefined;
    const [start, end] = mark?.original ?? [redaction.toOriginal(first.start), redaction.toOriginal(last.end)];
    this.#chosen = { from, to };
    this.#choice.show({ text, place: { start, end, type: mark?.type ?? "" }, mark: mark ?? null });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const grow = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.shiftKey && grow) {
      event.preventDefault();
      const { from, to } = this.#chosen;
      const end = Math.min(Math.max(to + grow, from + 1), this.#shown?.words.length ?? 1);
      this.#choose(from, end);
    } else if (event.key === " ") {
      event.preventDefault();
      this.#choice.toggle();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#choice.focus();
    }
  }

  /** What the mouse, or a finger, has selected is decided of as a whole. */
  #takeSelection() {
    const range = this.#view.selectedRange();
    if (!range || !this.#shown) return;
    const words = /** @type {any[]} */ (this.#shown.words);
    const from = words.findIndex((word) => word.end > range[0]);
    let to = from;
    while (to >= 0 && to < words.length && words[to].start < range[1]) to += 1;
    if (from >= 0 && to > from + 1) this.#choose(from, to);
  }

  async #copy() {
    if (!this.#shown) return;
    const { text } = this.#shown.redaction;
    if (text.length > MOST_COPIED) {
      byId("redaction-state").textContent = t("redaction-too-long");
      return;
    }
    try {
      await navigator.clipboard.writeText(text);
      this.#handOn();
      byId("redaction-state").textContent = t("copied");
    } catch (error) {
      byId("redaction-state").textContent = `${t("copy-failed")} ${label(messageOf(error), 100)}`;
    }
  }

  /** From now on these placeholders are in use somewhere else: they have to stay what they are. */
  #handOn() {
    this.#handedOn = this.#shown?.redaction.table();
  }
}
