// The example extension: built, loaded into Chromium, and its menu item chosen.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { LONGEST, launch } from "./chromium.mjs";

const TEXT = "Barack Obama visited Paris.";

export async function extension({ root, at, bundle }) {
  const out = join(at, "built");
  execFileSync(process.execPath, [
    join(root, "examples/extension/build.mjs"),
    join(at, "node_modules/nerite"),
    bundle,
    out,
  ]);
  const browser = await launch({ own: { pipe: true, enableExtensions: [out] } });
  try {
    const target = await browser.waitForTarget((target) => target.type() === "service_worker", { timeout: LONGEST });
    const background = await target.worker();
    // As the browser does it where the menu item is clicked.
    await background.evaluate((selectionText) => {
      chrome.contextMenus.onClicked.dispatch({ menuItemId: "find", selectionText });
    }, TEXT);
    const window = await browser.waitForTarget((target) => target.url().endsWith("result.html"), { timeout: LONGEST });
    const page = await window.page();
    await page.waitForSelector("li", { timeout: LONGEST });
    const texts = await page.$$eval("mark", (marks) => marks.map((mark) => mark.textContent));
    await background.evaluate((selectionText) => {
      chrome.contextMenus.onClicked.dispatch({ menuItemId: "redact", selectionText });
    }, TEXT);
    await page.waitForFunction(() => /^\[PERSON_1\] visited /.test(document.getElementById("text").textContent), {
      timeout: LONGEST,
    });
    return { texts, backend: "offscreen document", workers: 1 };
  } finally {
    await browser.close();
  }
}
