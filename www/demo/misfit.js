// Says when a text is none that the model was made for, and offers a model that was.

import { byId } from "../shared/dom.js";
import { currentLanguage, knows, t } from "../shared/i18n.js";
import { fitting, madeFor, titleOf } from "./catalog.js";
import { MOST, strangeLanguage, strangeScript, strangeWords, withoutNames } from "./strange.js";

/** @typedef {() => { text: string, other: string | null }} Make what is said, in the language of the page, and the bundle that is offered */
/** @typedef {{ script: string } | { language: string } | "words"} Strange what a text is of: a script, a language, or words that are unknown */

export class Misfit {
  /** @type {Make | null} */
  #make = null;
  #asked = 0;
  /**
   * What was looked at last.
   * @type {{ start: string, recognizer: import("../pkg/nerite.js").Recognizer, bundle: string | null } | null}
   */
  #seen = null;
  #onUse;

  /** @param {(bundle: string) => void} onUse takes the bundle that was offered */
  constructor(onUse) {
    this.#onUse = onUse;
  }

  /**
   * Looks at a text.
   * @param {string} text
   * @param {import("../pkg/nerite.js").Recognizer} recognizer
   * @param {string | null} bundle the model's name, if it is one of the site's
   */
  async look(text, recognizer, bundle) {
    const start = text.slice(0, MOST);
    const seen = this.#seen;
    if (seen?.start === start && seen.recognizer === recognizer && seen.bundle === bundle) return;
    this.#seen = { start, recognizer, bundle };
    const own = ++this.#asked;
    const made = bundle === null ? null : madeFor(bundle);
    const strange = start === "" ? null : await this.#find(start, recognizer, made);
    if (own !== this.#asked) return;
    this.#make = strange && (() => said(strange, made, bundle));
    this.translate();
  }

  /**
   * @param {string} text
   * @param {import("../pkg/nerite.js").Recognizer} recognizer
   * @param {import("./catalog.js").MadeFor | null} made
   * @returns {Promise<Strange | null>}
   */
  async #find(text, recognizer, made) {
    const script = made && strangeScript(text, made.scripts);
    if (script) return { script };
    // Without its list of languages the page says nothing of them.
    const language = made && (await strangeLanguage(text, made.languages).catch(() => null));
    if (language) return { language };
    // A model that has gone in the meantime says nothing.
    return recognizer.vocabulary(withoutNames(text)).then(
      (found) => (strangeWords(found, made?.languages) ? "words" : null),
      () => null,
    );
  }

  translate() {
    const said = this.#make?.();
    byId("misfit").hidden = !said;
    const use = byId("misfit-use");
    use.hidden = !said?.other;
    if (!said) return;
    const { other } = said;
    if (byId("misfit-text").textContent !== said.text) byId("misfit-text").textContent = said.text;
    use.textContent = other ? t("misfit-use", { name: titleOf(other) }) : "";
    use.onclick = other ? () => this.#onUse(other) : null;
  }
}

/**
 * @param {Strange} strange
 * @param {import("./catalog.js").MadeFor | null} made
 * @param {string | null} bundle
 */
function said(strange, made, bundle) {
  const known = made?.languages.map((code) => nameOfLanguage(code)).join(", ") ?? "";
  if (strange === "words") {
    const text = made ? t("misfit-words-made", { known }) : t("misfit-words");
    return { text, other: null };
  }
  const other = fitting(strange);
  const text =
    "script" in strange
      ? t("misfit-script", { known, strange: nameOfScript(strange.script) })
      : t("misfit-language", { known, strange: nameOfLanguage(strange.language) });
  return { text, other: other === bundle ? null : other };
}

/** @param {string} script */
const nameOfScript = (script) => t(knows(`script-${script}`) ? `script-${script}` : "script-Zyyy");

/** @param {string} code */
function nameOfLanguage(code) {
  try {
    return new Intl.DisplayNames([currentLanguage()], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
