// The same as wasm.js for bundlers that leave files behind: worker and engine are a part of the script, as text.

import { plain, relaxed, script } from "./embedded.js";

export const builds = () => ({ relaxed: { gzip: relaxed }, plain: { gzip: plain } });

export const worker = () => ({ script });
