import { load } from "/nerite/nerite.js";

import { run } from "./page.js";

self.addEventListener("message", (event) => {
  event.waitUntil(run(load).then(() => event.source.postMessage(globalThis.found)));
});
