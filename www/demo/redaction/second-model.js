// Another model beside the page's own, which looks at the text as well.

import { byId, label, messageOf, option } from "../../shared/dom.js";
import { megabytes, t } from "../../shared/i18n.js";
import { isBundleName, readCatalog } from "../catalog.js";

/** The one that knows personal data. */
const PERSONAL = "rampart";

/** @typedef {import("../../pkg/nerite.js").Recognizer} Recognizer */

export class SecondModel {
  #choice = byId("second-model");
  #state = byId("second-model-state");
  #progress = byId("second-model-progress");
  /** @type {Recognizer | null} */
  #recognizer = null;
  /** @type {string | null} */
  #own = null;
  #loading = new AbortController();
  #say = () => "";
  /** @type {{ name: string, bytes?: number }[]} */
  #listed = [];
  #onChange;

  /** @param {() => void} onChange the model has come, or is gone */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#choice.addEventListener("change", () => this.#use(this.#choice.value));
    byId("second-model-add").addEventListener("click", () => {
      this.#choice.value = PERSONAL;
      this.#choice.focus();
      this.#use(PERSONAL);
    });
  }

  /** @returns {Recognizer | null} */
  get recognizer() {
    return this.#recognizer;
  }

  /** Lists the models that may be put beside this one. @param {string | null} own the page's model */
  async offer(own) {
    this.#own = own;
    if (this.#listed.length === 0) this.#listed = await readCatalog();
    // The same model twice would find the same.
    if (this.#choice.value !== "" && this.#choice.value === own) this.#use("");
    this.translate();
    if (this.#recognizer || this.#choice.value !== "") return;
    // What is here already need not be asked for.
    const personal = this.#listed.find(({ name }) => name === PERSONAL && name !== own);
    if (!personal) return;
    const { inspect } = await import("../../pkg/nerite.js");
    const info = await inspect(address(PERSONAL)).catch(() => null);
    if (info && info.cachedBytes >= info.bytes && this.#choice.value === "") {
      this.#choice.value = PERSONAL;
      await this.#use(PERSONAL);
    }
  }

  translate() {
    const chosen = this.#choice.value;
    const others = this.#listed.filter(({ name }) => name !== this.#own && isBundleName(name));
    this.#choice.replaceChildren(
      option("", t("second-none")),
      ...others.map(({ name, bytes }) =>
        option(
          name,
          Number.isFinite(bytes) ? t("encoder-size", { name: title(name), size: megabytes(bytes ?? 0) }) : title(name),
        ),
      ),
    );
    this.#choice.value = others.some(({ name }) => name === chosen) ? chosen : "";
    this.#state.textContent = this.#say();
    this.#showAdvice();
  }

  #showAdvice() {
    const there = this.#listed.find(({ name }) => name === PERSONAL);
    const wanted = there && this.#own !== PERSONAL && this.#choice.value === "";
    byId("second-model-advice").hidden = !wanted;
    if (there) byId("second-model-add").textContent = t("second-add", { size: megabytes(there.bytes ?? 0) });
  }

  /** @param {string} name */
  async #use(name) {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#recognizer?.free();
    this.#recognizer = null;
    this.#tell(() => "");
    this.#showAdvice();
    if (name === "") {
      this.#progress.hidden = true;
      this.#onChange();
      return;
    }
    this.#progress.removeAttribute("value");
    this.#progress.hidden = false;
    this.#tell(() => t("status-opening", { name: title(name) }));
    try {
      const { load } = await import("../../pkg/nerite.js");
      const recognizer = await load(address(name), {
        signal,
        onProgress: ({ loaded, total }) => {
          this.#progress.max = total;
          this.#progress.value = loaded;
        },
      });
      if (signal.aborted) return recognizer.free();
      this.#recognizer = recognizer;
      const { name: licence, attribution } = recognizer.license ?? {};
      this.#tell(() =>
        t("license", {
          source: label(recognizer.source, 200),
          license: [licence ?? t("license-unknown"), attribution]
            .filter(Boolean)
            .map((part) => label(part, 200))
            .join(", "),
        }),
      );
    } catch (error) {
      if (signal.aborted) return;
      this.#choice.value = "";
      this.#tell(() => t("second-failed", { name: title(name), reason: label(messageOf(error), 400) }));
      this.#showAdvice();
    }
    this.#progress.hidden = true;
    this.#onChange();
  }

  /** @param {() => string} make */
  #tell(make) {
    this.#say = make;
    this.#state.textContent = make();
  }
}

/** @param {string} name */
const address = (name) => new URL(`bundles/${name}/`, document.baseURI).href;

/** @param {string} name */
const title = (name) => (name === PERSONAL ? t("bundle-rampart") : label(name));
