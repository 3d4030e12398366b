import { load } from "nerite";

import { check } from "./program.js";

await check(load);
