// Holds the recognizer. The bundle is a part of the extension: nothing is fetched from elsewhere.

import { load } from "./nerite/nerite.js";

let recognizer = null;

async function find(text) {
  // Files of the extension are on disk already.
  recognizer ??= load("bundle/", { cache: false });
  try {
    const { entities } = await (await recognizer).predict(text);
    return { entities: entities.map(({ start, end, type, score }) => ({ start, end, type, score })) };
  } catch (error) {
    recognizer = null;
    return { error: `${error.code ?? error.name}: ${error.message}` };
  }
}

chrome.runtime.onMessage.addListener(({ to, text }, _sender, answer) => {
  if (to !== "offscreen.html") return false;
  find(text).then(answer);
  return true;
});
