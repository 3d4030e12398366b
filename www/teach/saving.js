// Saving a project: one time after the other, each with what is newest.

import { byId, messageOf } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { newProject } from "./project.js";
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
   * Those with something that is not saved yet: what is the same must not count as newer than another tab's.
   * @type {Set<Project>}
   */
  #changed = new Set();
  /** @type {Promise<void> | null} */
  #saving = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {() => Project | null} project the one on the page
   * @param {() => void} onCopied another tab has saved it as well, so that it is a project of its own now
   */
  constructor(project, onCopied) {
    this.#project = project;
    this.#onCopied = onCopied;
  }

  /**
   * A project has changed, the one on the page unless another is given; more changes may follow at once.
   * @param {Project | null} own
   */
  later(own = this.#project()) {
    if (own) this.#changed.add(own);
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
   * All projects that are kept, the latest first.
   * @returns {Promise<Project[]>}
   */
  async all() {
    if (!this.#works) return [];
    try {
      return await projects();
    } catch (error) {
      this.#works = false;
      notice(t("not-stored", { reason: messageOf(error) }));
      return [];
    }
  }

  /** @param {Project} project */
  async remove(project) {
    this.#changed.delete(project);
    // What is being saved would come back.
    await this.#saving;
    if (this.#works) await remove(project.id).catch((error) => notice(messageOf(error)));
  }

  /** @param {Project} own */
  async #save(own) {
    own.changed = Date.now();
    try {
      if (await save({ ...own })) own.revision += 1;
      else {
        // Another tab was faster: what is here goes on as a project of its own.
        own.id = newProject("").id;
        own.revision = 0;
        own.name = t("copy-of", { name: own.name });
        if (await save({ ...own })) own.revision = 1;
        notice(t("other-tab"));
        this.#onCopied();
      }
      byId("stored").textContent = t("stored", { size: await used() });
    } catch (error) {
      this.#changed.add(own);
      this.#works = error instanceof DOMException && error.name === "QuotaExceededError";
      notice(t("not-stored", { reason: messageOf(error) }));
    }
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
