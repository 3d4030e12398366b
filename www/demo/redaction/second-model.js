// Which other model redacts beside the page's own.

import { byId, option } from "../../shared/dom.js";
import { megabytes, t } from "../../shared/i18n.js";
import { listed, PERSONAL, sizedTitleOf } from "../catalog.js";
import { isHere, ModelBeside } from "../model-beside.js";

export class SecondModel {
  #choice = byId("second-model");
  #model;
  /** @type {string | null} */
  #own = null;

  /** @param {() => void} onChange the model has come, or is gone */
  constructor(onChange) {
    this.#model = new ModelBeside(byId("second-model-state"), byId("second-model-progress"), () => {
      this.#choice.value = this.#model.name;
      this.#showAdvice();
      onChange();
    });
    this.#choice.addEventListener("change", () => this.#use(this.#choice.value));
    byId("second-model-add").addEventListener("click", () => {
      this.#choice.value = PERSONAL;
      this.#choice.focus();
      this.#use(PERSONAL);
    });
  }

  get recognizer() {
    return this.#model.recognizer;
  }

  /** Lists the models that may be put beside this one. @param {string | null} own the page's model */
  async offer(own) {
    this.#own = own;
    // The same model twice would find the same.
    if (this.#model.name !== "" && this.#model.name === own) this.#use("");
    this.translate();
    if (this.#choice.value !== "") return;
    // What is here already need not be asked for.
    if (own === PERSONAL || !listed().some(({ name }) => name === PERSONAL)) return;
    if ((await isHere(PERSONAL)) && this.#choice.value === "" && this.#own === own) {
      this.#choice.value = PERSONAL;
      await this.#use(PERSONAL);
    }
  }

  translate() {
    const others = listed().filter(({ name }) => name !== this.#own);
    this.#choice.replaceChildren(
      option("", t("second-none")),
      ...others.map((bundle) => option(bundle.name, sizedTitleOf(bundle))),
    );
    this.#choice.value = this.#model.name;
    this.#model.translate();
    this.#showAdvice();
  }

  #showAdvice() {
    const there = listed().find(({ name }) => name === PERSONAL);
    const wanted = there && this.#own !== PERSONAL && this.#choice.value === "";
    byId("second-model-advice").hidden = !wanted;
    if (there) byId("second-model-add").textContent = t("second-add", { size: megabytes(there.bytes ?? 0) });
  }

  /** @param {string} name */
  async #use(name) {
    const loading = this.#model.use(name);
    this.#showAdvice();
    await loading;
  }
}
