// Writes target/types/ids.d.ts: the ids in the pages, each with the kind of its element, so that `byId` is typed by the
// pages themselves and an id that no page has is an error.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

/** @type {Map<string, Set<string>>} */
const kinds = new Map();
for (const page of readdirSync("www").filter((name) => name.endsWith(".html"))) {
  const html = readFileSync(`www/${page}`, "utf8");
  for (const [, tag, id] of html.matchAll(/<([a-z][a-z0-9]*)\b[^>]*?\sid="([^"]+)"/g)) {
    kinds.set(id, (kinds.get(id) ?? new Set()).add(tag));
  }
}
const lines = [...kinds].sort().map(([id, tags]) => {
  const types = [...tags].map((tag) => `HTMLElementTagNameMap["${tag}"]`);
  return `  "${id}": ${types.join(" | ")};`;
});
mkdirSync("target/types", { recursive: true });
writeFileSync("target/types/ids.d.ts", `interface PageIds {\n${lines.join("\n")}\n}\n`);
