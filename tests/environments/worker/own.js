import { load } from "/nerite/nerite.js";

import { run } from "./page.js";

await run(load);
postMessage(globalThis.found);
