// Whether the browser keeps what is downloaded: not where site data are blocked, or in a sandboxed frame.

let works = true;

/** Asks the browser, once. */
export async function askWhetherKept() {
  try {
    await caches.open("nerite-kept");
    await caches.delete("nerite-kept");
  } catch {
    works = false;
  }
}

/**
 * The key of a text that promises that files are kept, or of the one beside it that does not.
 * @param {string} key
 */
export const keptKey = (key) => (works ? key : `${key}-anew`);
