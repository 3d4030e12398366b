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
  /** Whether there is something that is not saved yet: what is the same must not count as newer than another tab's. */
  #changed = false;
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

  /** There has been a change; more may follow at once. */
  later() {
    this.#changed = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), SAVED_AFTER);
  }

  async now() {
    clearTimeout(this.#timer);
    const own = this.#project();
    if (!this.#works || !own) return;
    await this.#saving;
    if (this.#changed) {
      this.#changed = false;
      this.#saving = this.#save(own);
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
  async remove({ id }) {
    clearTimeout(this.#timer);
    this.#changed = false;
    if (this.#works) await remove(id).catch((error) => notice(messageOf(error)));
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
      this.#changed = true;
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
