// Keeps the pages of this site for when there is no network. The network comes first, so nothing is ever older than it
// need be; but within one visit nothing is asked for twice, so that a page that has loaded makes no more requests, not
// even for a further worker. The weights of models are none of its business: the package keeps and checks those itself.
//
// What is kept has proved to be what was asked for: a file of the site by its sha256 in pages.json, one of a bundle by
// its kind. A network that answers everything with a page of its own replaces nothing.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const CACHE = "nerite-pages-2";
/** More files than the site has; older ones go first. */
const MOST = 300;
/** Larger files are not kept. */
const MOST_BYTES = 64 << 20;
/** What the package reads of a manifest at most. */
const MOST_MANIFEST_BYTES = 1 << 20;
/** What is read of the list of files. */
const MOST_LIST_BYTES = 1 << 20;
/** Says in a kept file's headers in which visit it came. Times would not do: clocks are set back. */
const VISIT = "x-kept-in";

const scope = new URL(worker.registration.scope);
/** The entry that names the latest visit. */
const LATEST = new URL("visit", scope).href;
const LIST = new URL("pages.json", scope).href;

worker.addEventListener("install", (event) => {
  // The first one serves at once; a later one waits until the reader wants it.
  if (!worker.registration.active) event.waitUntil(worker.skipWaiting());
});

worker.addEventListener("activate", (event) => event.waitUntil(activate()));

worker.addEventListener("message", (event) => {
  if (event.data?.kind === "activate") event.waitUntil(worker.skipWaiting());
  if (event.data?.kind === "refresh") event.waitUntil(refresh(event.ports[0]));
  if (event.data?.kind === "keep") event.waitUntil(keep(event.data.urls, event.ports[0]));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isOurs(new URL(request.url))) event.respondWith(answer(request, event));
});

/**
 * A page, script, style, wasm, manifest or report of this site.
 * @param {URL} url
 */
function isOurs(url) {
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return false;
  const path = url.pathname.slice(scope.pathname.length);
  return !path.startsWith("bundles/") || (path.endsWith(".json") && !path.endsWith("/tokenizer.json"));
}

/**
 * What a choice of the reader adds to an address makes no other page.
 * @param {string} address
 */
function keyOf(address) {
  const url = new URL(address);
  url.search = "";
  url.hash = "";
  url.pathname = url.pathname.replace(/\/index\.html$/, "/");
  return url.href;
}

/**
 * @param {Request} request
 * @param {FetchEvent} event
 * @returns {Promise<Response>}
 */
async function answer(request, event) {
  // Without a cache, as on a full disk, the page needs a network, no more.
  const cache = await caches.open(CACHE).catch(() => null);
  if (!cache) return fetch(request);
  const key = keyOf(request.url);
  if (request.mode === "navigate") {
    await beginVisit(cache);
  } else {
    const fresh = await freshOne(cache, key);
    if (fresh) return fresh;
  }
  try {
    const response = await fetch(request);
    // The page does not wait for it: whatever comes, it is the page that says when it is too much.
    if (response.status === 200) event.waitUntil(keepOne(cache, key, response.clone()));
    return response;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}

/** Whether a full disk kept the latest visit from being noted: then nothing counts as fresh. */
let unnoted = false;

/** @param {Cache} cache */
async function beginVisit(cache) {
  const headers = { [VISIT]: crypto.randomUUID() };
  unnoted = await cache.put(LATEST, new Response("", { headers })).then(
    () => false,
    () => true,
  );
}

/**
 * Has everything asked for again from now on.
 * @param {MessagePort} port
 */
async function refresh(port) {
  const cache = await caches.open(CACHE).catch(() => null);
  if (cache) await beginVisit(cache);
  port.postMessage("done");
}

/**
 * A file that has come in this visit. The first visit begins with an empty cache, and has no name.
 * @param {Cache} cache
 * @param {string} key
 */
async function freshOne(cache, key) {
  if (unnoted) return null;
  const [kept, visit] = await Promise.all([cache.match(key), nameOfVisit(cache)]);
  return kept && visitOf(kept) === visit ? kept : null;
}

/** @param {Response | undefined} response */
const visitOf = (response) => response?.headers.get(VISIT) ?? "";
/** @param {Cache} cache */
const nameOfVisit = async (cache) => visitOf(await cache.match(LATEST));

/**
 * What pages.json says in this visit: the sha256 of the site's files by their paths.
 * @type {{ visit: string, found: Promise<Map<string, unknown> | null> } | null}
 */
let listed = null;

/** @param {Cache} cache */
async function hashes(cache) {
  const visit = await nameOfVisit(cache);
  if (listed?.visit !== visit) listed = { visit, found: fetchHashes() };
  const found = await listed.found;
  // It may come the next time.
  if (!found) listed = null;
  return found;
}

async function fetchHashes() {
  try {
    const response = await fetch(LIST, { cache: "no-cache" });
    return response.status === 200 ? hashesIn(await bytesOf(response, MOST_LIST_BYTES)) : null;
  } catch {
    return null;
  }
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Map<string, unknown> | null}
 */
function hashesIn(bytes) {
  const { sha256 } = JSON.parse(new TextDecoder().decode(bytes));
  return typeof sha256 === "object" && sha256 !== null ? new Map(Object.entries(sha256)) : null;
}

/**
 * Whether an answer is the file that was asked for, and no page of a network that wants a login first.
 * @param {Cache} cache
 * @param {string} key
 * @param {Response} response
 * @param {ArrayBuffer} bytes
 */
async function isTheFile(cache, key, response, bytes) {
  const path = pathOf(key);
  if (key === LIST || path.startsWith("bundles/")) {
    const kind = response.headers.get("Content-Type") ?? "";
    if (!/^application\/json\b/i.test(kind)) return false;
    return key === LIST ? hashesIn(bytes) !== null : JSON.parse(new TextDecoder().decode(bytes)) !== undefined;
  }
  const expected = (await hashes(cache))?.get(path);
  if (!expected) return false;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") === expected;
}

/**
 * The path of a file in the site.
 * @param {string} key
 */
function pathOf(key) {
  const path = decodeURIComponent(new URL(key).pathname.slice(scope.pathname.length));
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

/**
 * Says whether it is kept: a full disk is no reason to fail, and what is too large or something else is not to be.
 * @param {Cache} cache
 * @param {string} key
 * @param {Response} response
 */
async function keepOne(cache, key, response) {
  const most = key.endsWith("/manifest.json") ? MOST_MANIFEST_BYTES : MOST_BYTES;
  try {
    const visit = await nameOfVisit(cache);
    const bytes = await bytesOf(response, most);
    if (!(await isTheFile(cache, key, response, bytes))) return false;
    // Otherwise as it was: its policy has to hold offline as well.
    const headers = new Headers(response.headers);
    headers.set(VISIT, visit);
    const { status, statusText } = response;
    await cache.put(key, new Response(bytes, { status, statusText, headers }));
    return true;
  } catch {
    return false;
  }
}

/**
 * A body of at most so many bytes.
 * @param {Response} response
 * @param {number} most
 */
const bytesOf = (response, most) => new Response(response.body?.pipeThrough(bounded(most))).arrayBuffer();

/**
 * Lets so many bytes through, and fails on more.
 * @param {number} most
 * @returns {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>}
 */
function bounded(most) {
  let left = most;
  return new TransformStream({
    transform(bytes, controller) {
      left -= bytes.length;
      if (left < 0) controller.error(new RangeError("too large to be kept"));
      else controller.enqueue(bytes);
    },
  });
}

/**
 * Fetches what the page loaded before this worker was there, or what other pages will need.
 * @param {string[]} urls
 * @param {MessagePort | undefined} port
 */
async function keep(urls, port) {
  const cache = await caches.open(CACHE).catch(() => null);
  if (!cache) return port?.postMessage("incomplete");
  /** @param {string} url */
  const keepUrl = async (url) => {
    const key = keyOf(url);
    if (!isOurs(new URL(url)) || (await freshOne(cache, key))) return true;
    try {
      const response = await fetch(url);
      return response.status === 200 && (await keepOne(cache, key, response));
    } catch {
      return false;
    }
  };
  const all = (await Promise.all(urls.slice(0, MOST).map(keepUrl))).every(Boolean);
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(key);
  port?.postMessage(all ? "kept" : "incomplete");
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("nerite-pages-") && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}
