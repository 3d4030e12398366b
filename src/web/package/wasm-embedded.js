// The same as wasm.js for bundlers that leave files behind: worker and engine are a part of the script, as text.

/** @import { Place, Places } from "./internal.js" */

import { plain, relaxed, script } from "./embedded.js";

/** @returns {Places<Place>} */
export const builds = () => ({ relaxed: { gzip: relaxed }, plain: { gzip: plain } });

/** @returns {Place} */
export const worker = () => ({ script });
