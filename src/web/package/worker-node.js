// A worker thread of Node, Deno or Bun: one engine.

import { parentPort } from "node:worker_threads";

import { Host } from "./host.js";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
const host = new Host((message) => port.postMessage(message));
port.on("message", (message) => host.answer(message));
port.postMessage({ ready: true });
