import { load } from "nerite";

import { run } from "../page.js";

run(load);
