// What is said of one place of the redacted text, and what can be done with it.

import { byId, excerpt, option } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { typeName } from "../../shared/tags.js";

/**
 * @typedef {import("./decisions.js").Place} Place
 * @typedef {import("./pieces.js").Mark} Mark
 * @typedef {{ text: string, place: Place, mark: Mark | null }} Chosen `text` is the original one
 */

/** What a place that the reader marks is, unless another type is chosen. */
const USUAL = "PERSON";

export class Choice {
  #panel = byId("choice");
  #type = byId("choice-type");
  #decisions;
  #onChange;
  /** @type {Chosen | null} */
  #chosen = null;
  /** @type {string[]} */
  #types = [];

  /**
   * @param {import("./decisions.js").Decisions} decisions
   * @param {(focusAt: number) => void} onChange `focusAt`: the place that was decided of
   */
  constructor(decisions, onChange) {
    this.#decisions = decisions;
    this.#onChange = onChange;
    byId("choice-keep").addEventListener("click", () => this.#decide((place) => this.#keep(place)));
    byId("choice-keep-all").addEventListener("click", () =>
      this.#decide((_, value, text) => decisions.keepAll(value, text)),
    );
    byId("choice-redact").addEventListener("click", () => this.#decide((place) => this.#redact(place)));
    byId("choice-redact-all").addEventListener("click", () =>
      this.#decide((place, value, text) => {
        decisions.redactAll(value, text);
        // All of them are of the type of this one.
        this.#redact(place);
      }),
    );
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#chosen) return;
      event.stopPropagation();
      this.#onChange(this.#chosen.place.start);
    });
  }

  /** @param {string[]} types that a place may have */
  setTypes(types) {
    this.#types = types;
    const chosen = this.#type.value || USUAL;
    const all = types.includes(USUAL) ? types : [USUAL, ...types];
    this.#type.replaceChildren(...all.map((type) => option(type, typeName(type))));
    this.#type.value = all.includes(chosen) ? chosen : USUAL;
  }

  translate() {
    this.setTypes(this.#types);
    if (this.#chosen) this.show(this.#chosen);
  }

  /** @param {Chosen} chosen */
  show(chosen) {
    this.#chosen = chosen;
    const { text, place, mark } = chosen;
    const value = text.slice(place.start, place.end);
    const isOut = mark?.state === "hidden";
    byId("choice-value").textContent = excerpt(value);
    byId("choice-why").textContent = why(mark, this.#decisions.isKept(value));
    byId("choice-keep").hidden = byId("choice-keep-all").hidden = !isOut;
    byId("choice-redact").hidden = byId("choice-redact-all").hidden = isOut;
    byId("choice-type-field").hidden = mark !== null;
    byId("choice-empty").hidden = true;
    byId("choice-body").hidden = false;
  }

  close() {
    this.#chosen = null;
    byId("choice-empty").hidden = false;
    byId("choice-body").hidden = true;
  }

  /** Takes the place out, or keeps it, whichever it is not. */
  toggle() {
    const isOut = this.#chosen?.mark?.state === "hidden";
    this.#decide((place) => (isOut ? this.#keep(place) : this.#redact(place)));
  }

  /** Gives the focus to what can be done. */
  focus() {
    if (!this.#chosen) return;
    (this.#chosen.mark?.state === "hidden" ? byId("choice-keep") : byId("choice-redact")).focus();
  }

  /** @param {Place} place */
  #keep(place) {
    this.#decisions.keepHere({ ...place, origin: this.#chosen?.mark?.origin });
  }

  /** @param {Place} place */
  #redact(place) {
    const { mark } = /** @type {Chosen} */ (this.#chosen);
    // What a model has found comes back as it was; a place of the reader's, or below the threshold, is marked.
    this.#decisions.forget(place);
    if (mark?.state === "kept" && mark.origin !== "user") return;
    this.#decisions.redactHere({ ...place, type: mark?.type || this.#type.value || USUAL });
  }

  /** @param {(place: Place, value: string, text: string) => void} how */
  #decide(how) {
    if (!this.#chosen) return;
    const { place, text } = this.#chosen;
    how(place, text.slice(place.start, place.end), text);
    this.#onChange(place.start);
  }
}

/** @param {Mark | null} mark @param {boolean} isKept */
function why(mark, isKept) {
  if (!mark) return t(isKept ? "choice-kept-all" : "choice-plain");
  const type = typeName(mark.type);
  const score = mark.score.toFixed(2);
  if (mark.state === "kept") return t("choice-kept", { type });
  if (mark.state === "left") return t("choice-left", { type, score });
  return t(`choice-${mark.origin}`, { type, score });
}
