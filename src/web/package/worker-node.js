// A worker thread of Node, Deno or Bun: one engine.

import { parentPort } from "node:worker_threads";

import { Host } from "./host.js";

const host = new Host((message) => parentPort.postMessage(message));
parentPort.on("message", (message) => host.answer(message));
parentPort.postMessage({ ready: true });
