// A file that one page of the site hands to another in a new tab. It goes from memory to memory, and is never stored.

const READY = "nerite-ready";

/**
 * Opens a page, and hands it a file once it is there.
 * @param {string} page
 * @param {File} file
 */
export function handOver(page, file) {
  const tab = open(page);
  if (!tab) return;
  addEventListener("message", function listen({ source, origin, data }) {
    if (source !== tab || origin !== location.origin || data !== READY) return;
    removeEventListener("message", listen);
    tab.postMessage({ file }, location.origin);
  });
}

/**
 * Takes what the page hands over that has opened this one, if there is one.
 * @param {(file: File) => void} take
 */
export function receive(take) {
  const { opener } = globalThis;
  if (!opener) return;
  addEventListener("message", function listen({ source, origin, data }) {
    if (source !== opener || origin !== location.origin || !(data?.file instanceof File)) return;
    removeEventListener("message", listen);
    take(data.file);
  });
  opener.postMessage(READY, location.origin);
}
