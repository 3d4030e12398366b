// Keeps the pages of this site for when there is no network. The network comes first, so nothing is ever older than it
// need be. The files of models are none of its business: the package keeps and checks those itself.

const CACHE = "nerite-pages-1";
/** More files than the site has; older ones go first. */
const MOST = 300;

const scope = new URL(self.registration.scope);

self.addEventListener("install", (event) => {
  // The first one serves at once; a later one waits until the reader wants it.
  if (!self.registration.active) event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("message", (event) => {
  if (event.data?.kind === "activate") event.waitUntil(self.skipWaiting());
  if (event.data?.kind === "keep") event.waitUntil(keep(event.data.urls, event.ports[0]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isOurs(new URL(request.url))) event.respondWith(networkFirst(request));
});

/** A page, script, style, wasm or report of this site. */
function isOurs(url) {
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return false;
  const path = url.pathname.slice(scope.pathname.length);
  return !path.startsWith("bundles/") || path === "bundles/index.json" || path.includes("/reports/");
}

/** What a choice of the page adds to its address makes no other page. */
function keyOf(request) {
  const url = new URL(typeof request === "string" ? request : request.url);
  url.search = "";
  url.hash = "";
  return url.href;
}

async function networkFirst(request) {
  try {
    const response = await fetch(request);
    if (response.ok && response.status !== 206) await put(request, response.clone());
    return response;
  } catch (error) {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(keyOf(request));
    if (kept) return kept;
    throw error;
  }
}

async function put(request, response) {
  try {
    const cache = await caches.open(CACHE);
    await cache.put(keyOf(request), response);
  } catch {
    // A full disk is no reason to fail.
  }
}

/** Fetches what the page loaded before this worker was there. */
async function keep(urls, port) {
  const cache = await caches.open(CACHE);
  let all = true;
  for (const url of urls) {
    if (!isOurs(new URL(url)) || (await cache.match(keyOf(url)))) continue;
    try {
      const response = await fetch(url);
      if (response.ok) await cache.put(keyOf(url), response);
      else all = false;
    } catch {
      all = false;
    }
  }
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(key);
  port?.postMessage(all ? "kept" : "incomplete");
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("nerite-pages-") && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}
