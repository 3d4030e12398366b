// Shows the script of the embedding example below it.

import { byId } from "../shared/dom.js";

const response = await fetch(byId("source-link").href);
if (response.ok) byId("source").textContent = await response.text();
