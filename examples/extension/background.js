// The extension's service worker, which Chrome ends when it is idle. So the model lives in an offscreen document.

const PAGE = "offscreen.html";
/** What can be done with selected text; the names are those of the messages, too. */
const TASKS = ["find", "redact"];

chrome.runtime.onInstalled.addListener(() => {
  for (const id of TASKS)
    chrome.contextMenus.create({ id, title: chrome.i18n.getMessage(id), contexts: ["selection"] });
});

chrome.contextMenus.onClicked.addListener(async ({ menuItemId: task, selectionText: text }) => {
  if (!TASKS.includes(task) || !text) return;
  await chrome.storage.session.set({ found: null });
  await chrome.windows.create({ url: "result.html", type: "popup", width: 520, height: 480 });
  await open();
  const answer = await chrome.runtime.sendMessage({ to: PAGE, task, text });
  await chrome.storage.session.set({ found: { text, ...answer } });
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
