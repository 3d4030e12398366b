// The projects of this page, and saving them: one time after the other, each with what is newest.

import { byId, messageOf } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { isUntouched, newProject } from "./project.js";
import { projects, remove, save } from "./storage.js";

/** @typedef {import("./project.js").Project} Project */

/** Pauses before a change is saved, in milliseconds. */
const SAVED_AFTER = 200;

export class Saving {
  #project;
  #onCopied;
  /** Whether this browser keeps projects at all. */
  #works = true;
  /**
   * One object for each project, by its id: whoever trains it, shows it or saves it has the same one.
   * @type {Map<string, Project>}
   */
  #known = new Map();
  /**
   * Those with something that is not saved yet: what is the same must not count as newer than another tab's.
   * @type {Set<Project>}
   */
  #changed = new Set();
  /**
   * Those that were deleted: a training that ends later must not bring them back.
   * @type {WeakSet<Project>}
   */
  #removed = new WeakSet();
  /** @type {Promise<void> | null} */
  #saving = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether the notice on the page says that nothing can be saved. */
  #isTold = false;

  /**
   * @param {() => Project} project the one on the page
   * @param {() => void} onCopied another tab has saved it as well, so that it is a project of its own now
   */
  constructor(project, onCopied) {
    this.#project = project;
    this.#onCopied = onCopied;
  }

  /**
   * Takes a project among those of the page; others that nothing was done to go.
   * @param {Project} own
   */
  keep(own) {
    for (const [id, other] of this.#known) if (other !== own && isUntouched(other)) this.#known.delete(id);
    this.#known.set(own.id, own);
  }

  /**
   * A project has changed, the one on the page unless another is given; more changes may follow at once.
   * @param {Project} own
   */
  later(own = this.#project()) {
    if (this.#removed.has(own)) return;
    this.#changed.add(own);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), SAVED_AFTER);
  }

  async now() {
    clearTimeout(this.#timer);
    await this.#saving;
    for (const own of [...this.#changed]) {
      if (!this.#works) return;
      this.#changed.delete(own);
      this.#saving = this.#save(own);
      await this.#saving;
    }
    await this.#saving;
  }

  /**
   * All projects, those that were changed last first: the kept ones, and those of this page that could not be saved.
   * @returns {Promise<Project[]>}
   */
  async all() {
    if (this.#works) {
      try {
        this.#take(await projects());
      } catch (error) {
        this.#fail(error);
        this.#works = false;
      }
    }
    return [...this.#known.values()].sort((a, b) => b.changed - a.changed);
  }

  /** @param {Project[]} stored */
  #take(stored) {
    const ids = new Set(stored.map(({ id }) => id));
    const isOurs = (/** @type {Project} */ own) => own === this.#project() || this.#changed.has(own);
    for (const found of stored) {
      const own = this.#known.get(found.id);
      if (!own) this.#known.set(found.id, found);
      // Another tab has gone on with what was only looked at here.
      else if (found.revision > own.revision && !isOurs(own)) Object.assign(own, found);
    }
    // Another tab has deleted it.
    for (const [id, own] of this.#known) {
      if (own.revision > 0 && !ids.has(id) && !isOurs(own)) this.#known.delete(id);
    }
  }

  /** @param {Project} own */
  async remove(own) {
    this.#removed.add(own);
    this.#changed.delete(own);
    this.#known.delete(own.id);
    // What is being saved would come back.
    await this.#saving;
    if (this.#works) await remove(own.id).catch((error) => notice(messageOf(error)));
  }

  /** @param {Project} own */
  async #save(own) {
    own.changed = Date.now();
    try {
      const isOurs = await save({ ...own });
      if (this.#isTold) notice("");
      this.#isTold = false;
      if (isOurs) own.revision += 1;
      else {
        // Another tab was faster: what is here goes on as a project of its own.
        this.#known.delete(own.id);
        own.id = newProject("").id;
        own.revision = 0;
        own.name = t("copy-of", { name: own.name });
        this.#known.set(own.id, own);
        if (await save({ ...own })) own.revision = 1;
        notice(t("other-tab"));
        this.#onCopied();
      }
      byId("stored").textContent = t("stored", { size: await used() });
    } catch (error) {
      this.#changed.add(own);
      // Room may come: another project is deleted.
      this.#works = error instanceof DOMException && error.name === "QuotaExceededError";
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    byId("stored").textContent = "";
    notice(t("not-stored", { reason: messageOf(error) }));
    this.#isTold = true;
  }
}

/**
 * Says something that is not to be missed.
 * @param {string} text
 */
export function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

async function used() {
  const estimate = await navigator.storage?.estimate?.().catch(() => null);
  return `${((estimate?.usage ?? 0) / 1e6).toFixed(1)} MB`;
}
