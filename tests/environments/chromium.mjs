// Pages in a headless Chromium.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import puppeteer from "puppeteer-core";

const LONGEST = 60_000;

/** The browser as the shell would find it. */
const found = process.env.PATH.split(delimiter)
  .map((folder) => join(folder, "chromium"))
  .find(existsSync);

export const launch = (options = {}) =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? found ?? "/usr/bin/chromium",
    args: ["--no-sandbox", ...(options.args ?? [])],
    ...options.own,
  });

/** What a page leaves in `globalThis.found`; where it leaves nothing, what its console says. */
export async function inChromium(address) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const said = [];
    page.on("console", (message) => ["error", "warn"].includes(message.type()) && said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(address);
    try {
      const found = await page.waitForFunction(() => globalThis.found, { timeout: LONGEST });
      return await found.jsonValue();
    } catch (error) {
      return { error: `${error.message}; the console: ${said.join("; ")}` };
    }
  } finally {
    await browser.close();
  }
}
