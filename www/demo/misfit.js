// Says when a text is none that the model was made for, and offers a model that was.

import { byId, label } from "../shared/dom.js";
import { currentLanguage, knows, t } from "../shared/i18n.js";
import { fitting, madeFor } from "./catalog.js";
import { strangeLanguage, strangeScript } from "./strange.js";

/** @typedef {() => { text: string, other: string | null }} Make what is said, in the language of the page, and the bundle that is offered */
/** @typedef {{ script: string } | { language: string }} Strange what a text is of */

export class Misfit {
  /** @type {Make | null} */
  #make = null;
  #asked = 0;
  #onUse;

  /** @param {(bundle: string) => void} onUse takes the bundle that was offered */
  constructor(onUse) {
    this.#onUse = onUse;
  }

  /**
   * Looks at a text.
   * @param {string} text
   * @param {string | null} bundle the model's name, if it is one of the site's
   */
  async look(text, bundle) {
    const own = ++this.#asked;
    const made = bundle && madeFor(bundle);
    /** @param {Make | null} make */
    const show = (make) => {
      if (own !== this.#asked) return;
      this.#make = make;
      this.translate();
    };
    if (!made || text === "") return show(null);
    const script = strangeScript(text, made.scripts);
    if (script) return show(() => said({ script }, made, bundle));
    // Without its list of languages the page says nothing of them.
    const language = await strangeLanguage(text, made.languages).catch(() => null);
    return show(language ? () => said({ language }, made, bundle) : null);
  }

  translate() {
    const said = this.#make?.();
    byId("misfit").hidden = !said;
    const use = byId("misfit-use");
    use.hidden = !said?.other;
    if (!said) return;
    const { other } = said;
    if (byId("misfit-text").textContent !== said.text) byId("misfit-text").textContent = said.text;
    use.textContent = other ? t("misfit-use", { name: label(other) }) : "";
    use.onclick = other ? () => this.#onUse(other) : null;
  }
}

/**
 * @param {Strange} strange
 * @param {{ languages: string[] }} made
 * @param {string | null} bundle
 */
function said(strange, { languages }, bundle) {
  const known = languages.map((code) => nameOfLanguage(code)).join(", ");
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
