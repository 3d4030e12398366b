// The address of a model of one's own, as it was typed.

import { label } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

/**
 * The folder of a bundle, and what to call it; or why it can be none, in the language of the page.
 * @param {string} text
 * @returns {{ from: string, name: string } | { refusal: () => string }}
 */
export function ownAddress(text) {
  let url;
  try {
    url = new URL(text, document.baseURI);
  } catch {
    // Said below.
  }
  if (text === "" || !url || !/^https?:$/.test(url.protocol))
    return { refusal: () => t("own-no-address", { url: label(text, 200) }) };
  const { href } = url;
  if (url.origin !== location.origin) return { refusal: () => t("own-elsewhere", { url: label(href, 200) }) };
  url.search = "";
  url.hash = "";
  url.pathname = url.pathname.replace(/manifest\.json$/, "").replace(/\/?$/, "/");
  return { from: url.href, name: label(url.pathname.split("/").at(-2) || url.pathname) };
}
