// The service worker: the page opens without a network after the first visit, and a newer page is offered.

import { messageOf } from "./dom.js";

/** How long the service worker may take for an answer, in milliseconds; what it fetches takes its time. */
const LONGEST_ANSWER = 60_000;
/** How long it may take to note that a visit begins anew. */
const LONGEST_REFRESH = 3000;

/** What browsers have for service workers. In a sandboxed frame, asking for it throws. */
export function serviceWorkers() {
  try {
    return navigator.serviceWorker ?? null;
  } catch {
    return null;
  }
}

/**
 * Registers the service worker, and waits a moment for it, so that what the recognizer's workers fetch goes through it.
 *
 * @param {(reload: () => void) => void} onUpdate gets what brings the newer page
 */
export async function register(onUpdate) {
  const workers = serviceWorkers();
  if (!workers) return;
  try {
    const controlled = Boolean(workers.controller);
    const registered = workers.register("sw.js").then((registration) => {
      if (controlled) offerUpdates(registration, onUpdate);
      return workers.ready;
    });
    await Promise.race([registered, new Promise((resolve) => setTimeout(resolve, 3000))]);
  } catch (error) {
    // A browser may forbid it (a private window, a plain http address): then the page needs a network, no more.
    console.info("No service worker:", messageOf(error));
  }
}

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {(reload: () => void) => void} onUpdate
 */
function offerUpdates(registration, onUpdate) {
  const offer = (/** @type {ServiceWorker} */ worker) =>
    onUpdate(() => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage({ kind: "activate" });
    });
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed") offer(worker);
    });
  });
}

/** Has what failed asked for again, though it may have come before in this visit. */
export async function refresh() {
  await ask({ kind: "refresh" }, LONGEST_REFRESH);
}

/** Has the service worker keep all that this page has loaded, and the site's other pages. Says whether the first is kept. */
export async function keepPage() {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const page = new URL(location.href);
  page.hash = "";
  const answer = await ask({ kind: "keep", urls: [page.href, ...loaded] });
  if (answer === null) return false;
  await ask({ kind: "keep", urls: await otherPages() });
  return answer === "kept";
}

/** The addresses of pages, scripts, styles and stored reports; none where the server has no list of them. */
async function otherPages() {
  const list = async (/** @type {string} */ path, /** @type {string} */ key) => {
    try {
      const found = (await (await fetch(path)).json())[key];
      return Array.isArray(found) ? found : [];
    } catch {
      return [];
    }
  };
  const [files, bundles] = await Promise.all([list("pages.json", "files"), list("bundles/index.json", "bundles")]);
  const reports = bundles.flatMap((bundle) =>
    (Array.isArray(bundle?.reports) ? bundle.reports : [])
      .flatMap((/** @type {any} */ report) => [report?.file, report?.sample])
      .filter(Boolean)
      .map((/** @type {string} */ file) => `bundles/${bundle.name}/${file}`),
  );
  return [...files, ...reports].map((path) => new URL(path, document.baseURI).href);
}

/**
 * The service worker's answer, or null if there is none: site data may be blocked, or the worker be gone.
 * @param {object} message
 * @param {number} [most] milliseconds
 */
async function ask(message, most = LONGEST_ANSWER) {
  const registration = await serviceWorkers()
    ?.getRegistration()
    .catch(() => null);
  const worker = registration?.active;
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), most);
  });
  worker.postMessage(message, [port2]);
  return answer;
}
