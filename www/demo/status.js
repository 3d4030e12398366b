// The line that says how it is with the model, with the one thing that can be done about it.

import { byId } from "../shared/dom.js";
import { megabytes, t } from "../shared/i18n.js";

/**
 * @typedef {{ message: string, advice?: string, action?: string, run?: () => void }} Said
 *   `action` is what the button says, and `run` what it does; without it there is no button
 */

export class Status {
  #status = byId("status");
  #progress = byId("progress");
  #action = byId("action");
  /** @type {() => void} says it again: in another language */
  #say = () => {};

  /**
   * @param {"starting" | "asking" | "downloading" | "ready" | "failed"} state
   * @param {() => Said} make
   */
  show(state, make) {
    this.#say = () => {
      const { message, advice = "", action, run } = make();
      byId("status-message").textContent = message;
      byId("status-advice").textContent = advice;
      byId("status-advice").className = "";
      // The focus must not get lost with the button.
      if (action === undefined && document.activeElement === this.#action) focusSettings();
      this.#action.hidden = action === undefined;
      this.#action.textContent = action ?? "";
      this.#action.onclick = run ?? null;
    };
    this.#say();
    byId("status-progress").textContent = "";
    this.#progress.removeAttribute("value");
    this.#progress.hidden = state !== "downloading";
    this.#status.dataset.state = state;
  }

  /**
   * How far a download is, in bytes.
   * @param {number} loaded
   * @param {number} total
   */
  progress(loaded, total) {
    this.#progress.max = total;
    this.#progress.value = loaded;
    byId("status-progress").textContent = t("status-progress", { loaded: megabytes(loaded), total: megabytes(total) });
  }

  translate() {
    this.#say();
  }
}

/** Gives the focus to what has it where a button goes. */
export const focusSettings = () =>
  /** @type {HTMLElement | null} */ (document.querySelector("#settings > summary"))?.focus();
