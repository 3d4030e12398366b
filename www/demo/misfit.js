// Says when a text is none that the model was made for, and offers a model that was.

import { byId, label } from "../shared/dom.js";
import { currentLanguage, knows, t } from "../shared/i18n.js";
import { fitting, madeFor } from "./catalog.js";
import { strangeLanguage, strangeScript } from "./strange.js";

export class Misfit {
  #make = null;
  #asked = 0;
  #onUse;

  /** @param {(bundle: string) => void} onUse takes the bundle that was offered */
  constructor(onUse) {
    this.#onUse = onUse;
  }

  /** Looks at a text. @param {string | null} bundle the model's name, if it is one of the site's */
  async look(text, bundle) {
    const own = ++this.#asked;
    const made = bundle && madeFor(bundle);
    const show = (make) => {
      if (own !== this.#asked) return;
      this.#make = make;
      this.translate();
    };
    if (!made || text === "") return show(null);
    const script = strangeScript(text, made.scripts);
    if (script) return show(() => this.#said("script", { script }, made, bundle));
    // Without its list of languages the page says nothing of them.
    const language = await strangeLanguage(text, made.languages).catch(() => null);
    return show(language && (() => this.#said("language", { language }, made, bundle)));
  }

  #said(kind, { script, language }, { languages }, bundle) {
    const known = languages.map((code) => nameOfLanguage(code)).join(", ");
    const strange = script
      ? t(knows(`script-${script}`) ? `script-${script}` : "script-Zyyy")
      : nameOfLanguage(language);
    const other = fitting({ script, language });
    return { text: t(`misfit-${kind}`, { known, strange }), other: other === bundle ? null : other };
  }

  translate() {
    const said = this.#make?.();
    byId("misfit").hidden = !said;
    const use = byId("misfit-use");
    use.hidden = !said?.other;
    if (!said) return;
    if (byId("misfit-text").textContent !== said.text) byId("misfit-text").textContent = said.text;
    use.textContent = said.other ? t("misfit-use", { name: label(said.other) }) : "";
    use.onclick = () => this.#onUse(said.other);
  }
}

function nameOfLanguage(code) {
  try {
    return new Intl.DisplayNames([currentLanguage()], { type: "language" }).of(code);
  } catch {
    return code;
  }
}
