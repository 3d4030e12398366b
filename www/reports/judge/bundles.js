// The bundles whose heads can judge: those of the site, and folders of the visitor's own. One is loaded when it is chosen.

import { byId, element, label, messageOf } from "../../shared/dom.js";
import { megabytes, t } from "../../shared/i18n.js";
import { hush, say } from "../say.js";

/** @typedef {import("../../pkg/nerite.js").Recognizer} Recognizer */
/** @typedef {import("../../pkg/nerite.js").HeadInfo} HeadInfo */
/** @typedef {{ recognizer: Recognizer, head: HeadInfo }} Chosen */

/**
 * A bundle in the list; `loading` ends its download. `state` is read aloud, `about` is not: it has sizes and progress.
 * @typedef {object} Listed
 * @property {string} name
 * @property {string | File | File[]} from
 * @property {Recognizer | null} recognizer
 * @property {AbortController | null} loading
 * @property {HTMLInputElement} box
 * @property {HTMLElement} state
 * @property {HTMLElement} about
 * @property {() => string} says what there is to say of it before it is here
 * @property {HTMLElement} heads
 */

const isName = (/** @type {unknown} */ name) => typeof name === "string" && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name);

export class Bundles {
  #onChange;
  /** @type {Listed[]} */
  #list = [];
  /** @type {Promise<void> | null} */
  #started = null;

  /** @param {() => void} onChange hears of heads that are there, chosen, or gone */
  constructor(onChange) {
    this.#onChange = onChange;
    const folder = byId("judge-folder");
    folder.addEventListener("change", () => {
      const files = [...(folder.files ?? [])];
      folder.value = "";
      if (files.length > 0) this.add((files[0].webkitRelativePath || files[0].name).split("/")[0], files);
    });
  }

  /** Lists the site's bundles, and loads the first one unless another is chosen, once; then says what there is. */
  async start() {
    this.#started ??= this.#begin();
    await this.#started;
    this.#onChange();
  }

  /** The heads that are chosen and ready. */
  chosen() {
    /** @type {Chosen[]} */
    const chosen = [];
    for (const { recognizer, box, heads } of this.#list) {
      if (!recognizer || !box.checked) continue;
      for (const own of heads.querySelectorAll("input")) {
        const head = recognizer.heads.find(({ id }) => id === own.value);
        if (own.checked && head) chosen.push({ recognizer, head });
      }
    }
    return chosen;
  }

  async #begin() {
    try {
      const response = await fetch("bundles/index.json");
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      const { bundles } = await response.json();
      for (const { name, bytes } of bundles) {
        if (!isName(name)) continue;
        this.#add(name, new URL(`bundles/${name}/`, document.baseURI).href, () => megabytes(Number(bytes)));
      }
    } catch (error) {
      say(byId("judge-status"), () => t("judgeNoBundles", { reason: messageOf(error) }));
    }
    const [first] = this.#list;
    if (first && !this.#list.some(({ box }) => box.checked)) {
      first.box.checked = true;
      this.#load(first);
    }
  }

  /**
   * Adds a bundle of the visitor's own: the files of a folder, or a zip file.
   * @param {string} name
   * @param {File | File[]} from
   */
  add(name, from) {
    const own = this.#add(label(name), from, () => t("judgeFromFolder"));
    own.box.checked = true;
    this.#load(own);
  }

  /**
   * @param {string} name
   * @param {string | File | File[]} from
   * @param {Listed["says"]} says
   */
  #add(name, from, says) {
    const box = element("input", { type: "checkbox" });
    const state = element("span", { class: "hint", role: "status" });
    const about = element("span", { class: "hint", "aria-live": "off" });
    say(about, says);
    const heads = element("div", { class: "judge-heads" });
    /** @type {Listed} */
    const own = { name, from, recognizer: null, loading: null, box, state, about, says, heads };
    box.addEventListener("change", () => (box.checked ? this.#load(own) : this.#drop(own)));
    const title = element("label", {}, box, " ", element("span", { translate: "no" }, name), " ");
    byId("judge-bundles").append(element("li", { "data-bundle": name }, title, state, " ", about, heads));
    this.#list.push(own);
    return own;
  }

  /** @param {Listed} own */
  async #load(own) {
    const loading = new AbortController();
    own.loading = loading;
    say(own.state, () => t("checkModel"));
    try {
      const { load } = await import("../../pkg/nerite.js");
      const recognizer = await load(own.from, {
        signal: loading.signal,
        onProgress: ({ loaded, total }) =>
          say(own.about, () =>
            t("checkLoading", { loaded: (loaded / 1e6).toFixed(1), total: (total / 1e6).toFixed(1) }),
          ),
      });
      if (own.loading !== loading) {
        recognizer.free();
        return;
      }
      own.recognizer = recognizer;
      const { bytes } = recognizer;
      say(own.state, () => t("judgeLoaded"));
      say(own.about, () => megabytes(bytes));
      const only = recognizer.heads.length === 1;
      own.heads.replaceChildren(
        ...recognizer.heads.map(({ id, title }) => {
          // What is untrained is there to compare with.
          const box = element("input", { type: "checkbox", value: id, checked: only || id !== "base" });
          box.addEventListener("change", () => this.#onChange());
          return element("label", { title: label(title, 200) }, box, " ", label(id));
        }),
      );
    } catch (error) {
      if (own.loading !== loading) return;
      own.box.checked = false;
      hush(own.about);
      say(own.state, () => label(messageOf(error), 300));
    }
    if (own.loading === loading) own.loading = null;
    this.#onChange();
  }

  /** Gives its memory back. @param {Listed} own */
  #drop(own) {
    own.loading?.abort();
    own.loading = null;
    own.recognizer?.free();
    own.recognizer = null;
    own.heads.replaceChildren();
    hush(own.state);
    say(own.about, own.says);
    this.#onChange();
  }
}
