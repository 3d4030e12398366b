// Pages in a headless Chromium.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import puppeteer from "puppeteer-core";

/** How long anything may take that is waited for, on a machine that does much else. */
export const LONGEST = 180_000;

/** The browser as the shell would find it. */
const found = process.env.PATH.split(delimiter)
  .map((folder) => join(folder, "chromium"))
  .find(existsSync);

export const launch = (options = {}) =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? found ?? "/usr/bin/chromium",
    args: ["--no-sandbox", ...(options.args ?? [])],
    timeout: LONGEST,
    ...options.own,
  });

/** What a page leaves in `globalThis.found`; where it leaves nothing, what its console says. */
export async function inChromium(address) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(LONGEST);
    const said = [];
    page.on("console", (message) => ["error", "warn"].includes(message.type()) && said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(address);
    try {
      const found = await page.waitForFunction(() => globalThis.found);
      return await found.jsonValue();
    } catch (error) {
      return { error: `${error.message}; the console: ${said.join("; ")}` };
    }
  } finally {
    await browser.close();
  }
}
