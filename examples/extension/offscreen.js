// Holds the recognizer. The bundle is a part of the extension: nothing is fetched from elsewhere.

import { load } from "./nerite/nerite.js";

let recognizer = null;

const places = (found) => found.map(({ start, end, type, score }) => ({ start, end, type, score }));

const tasks = {
  async find(recognizer, text) {
    const { entities } = await recognizer.predict(text);
    return { entities: places(entities) };
  },
  /** Of what was taken out nothing is kept but the places: there is no way back. */
  async redact(recognizer, text) {
    const redaction = await recognizer.redact(text);
    return {
      text: redaction.text,
      entities: places(
        redaction.hidden.map(({ redacted: [start, end], type, score }) => ({ start, end, type, score })),
      ),
    };
  },
};

async function run(task, text) {
  // Files of the extension are on disk already.
  recognizer ??= load("bundle/", { cache: false }).catch((error) => {
    recognizer = null;
    throw error;
  });
  try {
    return await tasks[task](await recognizer, text);
  } catch (error) {
    return { error: `${error.code ?? error.name}: ${error.message}` };
  }
}

chrome.runtime.onMessage.addListener(({ to, task, text }, _sender, answer) => {
  if (to !== "offscreen.html" || !Object.hasOwn(tasks, task)) return false;
  run(task, text).then(answer);
  return true;
});
