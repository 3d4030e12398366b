// What of the models is kept by the browser, and the button that deletes it.

import { disagreeWithAll } from "../shared/agreed.js";
import { byId } from "../shared/dom.js";
import { megabytes, t } from "../shared/i18n.js";
import { focusSettings } from "./status.js";

export class CacheLine {
  #package;
  /** How often the size of the cache has been asked for. */
  #shown = 0;

  /**
   * @param {() => typeof import("../pkg/nerite.js") | null} thePackage once it has been imported
   * @param {() => void} onCleared
   */
  constructor(thePackage, onCleared) {
    this.#package = thePackage;
    byId("clear-cache").addEventListener("click", async () => {
      await this.#package()?.clearCache();
      disagreeWithAll();
      onCleared();
      focusSettings();
      await this.show();
      byId("cache-note").textContent = t("cache-cleared");
    });
  }

  async show() {
    const own = ++this.#shown;
    const bytes = await (this.#package()?.cacheSize() ?? Promise.resolve(0)).catch(() => 0);
    // What was counted before a deletion may come after it.
    if (own !== this.#shown) return;
    byId("cache").hidden = bytes === 0;
    byId("cache-size").textContent = t("cache-size", { size: megabytes(bytes) });
  }
}
