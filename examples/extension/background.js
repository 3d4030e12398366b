// The extension's service worker, which Chrome ends when it is idle. So the model lives in an offscreen document.

const PAGE = "offscreen.html";
const MENU = "find";

chrome.runtime.onInstalled.addListener(() => {
  chrome.contextMenus.create({ id: MENU, title: chrome.i18n.getMessage("find"), contexts: ["selection"] });
});

chrome.contextMenus.onClicked.addListener(async ({ menuItemId, selectionText: text }) => {
  if (menuItemId !== MENU || !text) return;
  await chrome.storage.session.set({ found: null });
  await chrome.windows.create({ url: "result.html", type: "popup", width: 520, height: 480 });
  await open();
  await chrome.storage.session.set({ found: { text, ...(await chrome.runtime.sendMessage({ to: PAGE, text })) } });
});

let opening = null;

/** Opens the offscreen document, of which there may be one only. */
function open() {
  opening ??= begin().finally(() => {
    opening = null;
  });
  return opening;
}

async function begin() {
  if (await chrome.offscreen.hasDocument()) return;
  await chrome.offscreen.createDocument({
    url: PAGE,
    reasons: ["WORKERS"],
    justification: "The recognizer runs in Web Workers, which a service worker cannot start.",
  });
}
