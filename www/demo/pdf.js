// The text of a PDF file, by a library that reads it in a worker of its own.

import { megabytes, t } from "../shared/i18n.js";

/** No more pages are read, nor so many characters: a few kilobytes can hold any number of them. */
const [MOST_PAGES, MOST_CHARACTERS] = [5000, 20_000_000];

/**
 * As many whole pages as there is room for. Rejects with a message for the reader.
 * @param {Uint8Array} data
 * @param {Pick<import("../shared/libraries.js").PdfLibrary, "getDocument">} library
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ text: string, part: import("./documents.js").Part | null }>}
 */
export async function ofPdf(data, { getDocument }, signal) {
  const task = getDocument({
    data,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    stopAtErrors: false,
    // What it warns of is of pictures and fonts.
    verbosity: 0,
  });
  try {
    const pdf = await task.promise;
    /** @type {string[]} */
    const pages = [];
    const left = { characters: MOST_CHARACTERS };
    for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number++) {
      const page = await pdf.getPage(number);
      const text = await ofPage(page, left, signal);
      page.cleanup();
      if (text === null) break;
      pages.push(text);
    }
    const [read, all] = [pages.length, pdf.numPages];
    if (read === 0 && all > 0) throw new Error(t("file-grows", { limit: megabytes(MOST_CHARACTERS) }));
    return { text: pages.join("\n\n"), part: read < all ? { of: "pages", read, all } : null };
  } finally {
    await task.destroy();
  }
}

/**
 * The text of a page, or null if it is more than is left.
 * @param {import("../shared/libraries.js").PdfPage} page
 * @param {{ characters: number }} left
 * @param {AbortSignal | undefined} signal
 */
async function ofPage(page, left, signal) {
  const lines = new Lines();
  const reader = page.streamTextContent().getReader();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return lines.text;
      for (const item of value.items) {
        // One without a text takes room as well.
        left.characters -= item.str.length + 1;
        lines.add(item);
      }
      if (left.characters < 0) return null;
    }
  } finally {
    // The worker stops, too. It takes nothing but errors for reasons.
    await reader.cancel(new Error("enough")).catch(() => {});
  }
}

/** Lines as they are set, a blank line where there is more room between them than usual. */
class Lines {
  /** @type {string[]} */
  #pieces = [];
  /** @type {number | null} */
  #line = null;
  /** With how many ends of lines the text ends: to look at the text itself would copy all of it each time. */
  #ends = 0;

  /** @param {import("../shared/libraries.js").PdfText} item */
  add({ str, hasEOL, transform, height }) {
    const y = transform?.[5] ?? 0;
    if (this.#line !== null && str !== "" && height > 0 && this.#line - y > 1.9 * height && this.#ends < 2)
      this.#say("\n");
    if (str !== "") this.#line = y;
    this.#say(str);
    if (hasEOL) this.#say("\n");
  }

  get text() {
    return this.#pieces.join("").trimEnd();
  }

  /** @param {string} text */
  #say(text) {
    if (text === "") return;
    this.#pieces.push(text);
    this.#ends = text === "\n" ? this.#ends + 1 : 0;
  }
}
