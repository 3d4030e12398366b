// A worker of a browser: one engine.

import { Host } from "./host.js";

const host = new Host((message) => self.postMessage(message));
self.onmessage = ({ data }) => host.answer(data);
// Says that the script is here and runs.
self.postMessage({ ready: true });
