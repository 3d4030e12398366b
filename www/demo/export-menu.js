// Takes the result out of the page: into the clipboard or into a file.

import { byId } from "../shared/dom.js";
import { download } from "../shared/files.js";
import { megabytes, t } from "../shared/i18n.js";
import { fileName, listFormats, write } from "./exports.js";

/** Browsers hold the page up while the clipboard takes what is copied: for more than this, for over 50 ms. */
const MOST_COPIED = 5e6;

export class ExportMenu {
  #format = byId("format");

  /** @param {() => import("./exports.js").Result | null} result what is on show now */
  constructor(result) {
    const state = byId("export-state");
    listFormats(this.#format);
    byId("download").addEventListener("click", async () => {
      const shown = result();
      if (!shown) return;
      state.textContent = "";
      const format = this.#chosen;
      download(await write(format, shown), fileName(format));
    });
    byId("copy").addEventListener("click", async () => {
      const shown = result();
      if (!shown) return;
      state.textContent = "";
      let bytes = 0;
      const written = write(this.#chosen, shown).then((blob) => {
        bytes = blob.size;
        if (bytes > MOST_COPIED) throw new RangeError("too much to copy");
        return blob;
      });
      try {
        await copy(written);
        state.textContent = t("copied");
      } catch {
        state.textContent = bytes > MOST_COPIED ? t("copy-too-long", { size: megabytes(bytes) }) : t("copy-failed");
      }
    });
  }

  get #chosen() {
    return /** @type {import("./exports.js").Format} */ (this.#format.value);
  }
}

/**
 * Browsers want the clipboard asked for at the click, while a long text is yet to be written.
 * @param {Promise<Blob>} written
 */
async function copy(written) {
  if (typeof ClipboardItem === "function" && navigator.clipboard?.write) {
    // As text: without the mark that a file begins with.
    const text = written.then(async (blob) => new Blob([await blob.text()], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
  } else {
    await navigator.clipboard.writeText(await (await written).text());
  }
}
