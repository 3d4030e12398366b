// The worker's entry. gloo-worker keeps the Worker object to itself, so a
// failure that ends the worker goes to the page by a channel of its own.
import init, { startWorker } from "../../../nerite.js";

const failures = new BroadcastChannel(new URL(import.meta.url).searchParams.get("failures"));

function fail(reason) {
  failures.postMessage(String(reason));
  self.close();
}

self.addEventListener("error", (event) => fail(event.message));
self.addEventListener("unhandledrejection", (event) => fail(event.reason));

try {
  await init();
  startWorker();
} catch (error) {
  fail(error);
}
