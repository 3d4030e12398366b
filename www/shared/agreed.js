// Which downloads the reader has agreed to: addresses of bundles, the latest few.

const AGREED = "nerite.agreed";
const MOST_AGREED = 50;

/**
 * `?start` in the page's address agrees as well.
 * @param {string} address
 */
export const hasAgreed = (address) => new URLSearchParams(location.search).has("start") || agreed().includes(address);

/** @param {string} address */
export const agree = (address) =>
  store([...agreed().filter((other) => other !== address), address].slice(-MOST_AGREED));

/** @param {string} address */
export const disagree = (address) => store(agreed().filter((other) => other !== address));

export const disagreeWithAll = () => store([]);

/** @returns {unknown[]} */
function agreed() {
  try {
    const stored = JSON.parse(localStorage.getItem(AGREED) ?? "[]");
    return Array.isArray(stored) ? stored : [];
  } catch {
    return [];
  }
}

/** @param {unknown[]} addresses */
function store(addresses) {
  try {
    localStorage.setItem(AGREED, JSON.stringify(addresses));
  } catch {
    // Without storage the question is asked each time.
  }
}
