// A model beside the page's own: it redacts as well, or is compared with. Each is loaded once, whoever wants it, and freed
// when nobody does any more.

import { agree } from "../shared/agreed.js";
import { label, messageOf } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { addressOf, titleOf } from "./catalog.js";

/**
 * @typedef {import("../pkg/nerite.js").Recognizer} Recognizer
 * @typedef {{ loaded: number, total: number }} Progress
 * @typedef {{ holders: number, stop: AbortController, listeners: Set<(progress: Progress) => void>, ready: Promise<Recognizer> }} Held
 */

/** @type {Map<string, Held>} by the names of their bundles */
const models = new Map();

/**
 * @param {string} name
 * @returns {Held}
 */
function start(name) {
  const stop = new AbortController();
  /** @type {Held["listeners"]} */
  const listeners = new Set();
  const loading = async () => {
    const { load } = await import("../pkg/nerite.js");
    return load(addressOf(name), {
      signal: stop.signal,
      onProgress: (progress) => {
        for (const listener of listeners) listener(progress);
      },
    });
  };
  const held = { holders: 0, stop, listeners, ready: loading() };
  models.set(name, held);
  // The next one who wants it tries again.
  held.ready.catch(() => forget(name, held));
  return held;
}

/**
 * @param {string} name
 * @param {Held} held
 */
function forget(name, held) {
  if (models.get(name) === held) models.delete(name);
}

/**
 * @param {string} name
 * @param {(progress: Progress) => void} onProgress
 */
function hold(name, onProgress) {
  const held = models.get(name) ?? start(name);
  held.holders += 1;
  held.listeners.add(onProgress);
  let given = true;
  const release = () => {
    if (!given) return;
    given = false;
    held.listeners.delete(onProgress);
    held.holders -= 1;
    if (held.holders > 0) return;
    forget(name, held);
    held.stop.abort();
    held.ready.then(
      (recognizer) => recognizer.free(),
      () => {},
    );
  };
  return { ready: held.ready, release };
}

export class ModelBeside {
  #state;
  #progress;
  #onChange;
  #name = "";
  /** @type {Recognizer | null} */
  #recognizer = null;
  #release = () => {};
  /** Says how it stands with the model, again: in another language. */
  #say = () => "";

  /**
   * @param {HTMLElement} state says what is under way
   * @param {HTMLProgressElement} progress
   * @param {() => void} onChange the model has come, or is gone
   */
  constructor(state, progress, onChange) {
    this.#state = state;
    this.#progress = progress;
    this.#onChange = onChange;
  }

  /** The name of the bundle that is wanted; "" for none. */
  get name() {
    return this.#name;
  }

  /**
   * The model, once it is here.
   * @returns {Recognizer | null}
   */
  get recognizer() {
    return this.#recognizer;
  }

  translate() {
    this.#state.textContent = this.#say();
  }

  /**
   * Takes a bundle of the site, whose size the reader has seen, or none.
   * @param {string} name
   */
  async use(name) {
    this.#release();
    this.#name = name;
    this.#recognizer = null;
    this.#tell(() => (name === "" ? "" : t("status-opening", { name: titleOf(name) })));
    this.#progress.hidden = name === "";
    if (name === "") {
      this.#release = () => {};
      this.#onChange();
      return;
    }
    agree(addressOf(name));
    this.#progress.removeAttribute("value");
    const { ready, release } = hold(name, ({ loaded, total }) => {
      this.#progress.max = total;
      this.#progress.value = loaded;
    });
    this.#release = release;
    /** Whether it is still this one that is wanted. */
    const wanted = () => this.#release === release;
    try {
      const recognizer = await ready;
      if (!wanted()) return;
      this.#recognizer = recognizer;
      this.#tell(() => t("license", { source: label(recognizer.source, 200), license: termsOf(recognizer) }));
    } catch (error) {
      if (!wanted()) return;
      release();
      this.#name = "";
      this.#tell(() => t("second-failed", { name: titleOf(name), reason: label(messageOf(error), 400) }));
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

/**
 * Whether all of a bundle is in the browser's cache.
 * @param {string} name
 */
export async function isHere(name) {
  const { inspect } = await import("../pkg/nerite.js");
  const info = await inspect(addressOf(name)).catch(() => null);
  return info !== null && info.cachedBytes >= info.bytes;
}

/**
 * On what terms the weights may be used, and whose they are.
 * @param {Recognizer} recognizer
 */
function termsOf({ license }) {
  return [license?.name ?? t("license-unknown"), license?.attribution]
    .filter(Boolean)
    .map((part) => label(part, 200))
    .join(", ");
}
