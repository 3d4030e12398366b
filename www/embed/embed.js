// Finds entities with the package, in a page of one's own.

import { load } from "../pkg/nerite.js";

const button = /** @type {HTMLButtonElement} */ (document.getElementById("find"));
const box = /** @type {HTMLTextAreaElement} */ (document.getElementById("text"));
const state = /** @type {HTMLElement} */ (document.getElementById("state"));
const list = /** @type {HTMLElement} */ (document.getElementById("found"));

/** @type {import("../pkg/nerite.js").Recognizer | undefined} */
let recognizer;

async function find() {
  recognizer ??= await load("bundles/all-MiniLM-L6-v2/", {
    onProgress: ({ loaded, total }) => {
      state.textContent = `Loading: ${Math.floor((100 * loaded) / total)} %`;
    },
  });
  const { entities, milliseconds } = await recognizer.predict(box.value);
  state.textContent = `${entities.length} entities in ${milliseconds.toFixed(0)} ms`;
  list.replaceChildren(
    ...entities.map(({ text, type, score, start, end }) => {
      const item = document.createElement("li");
      item.textContent = `${text}: ${type}, ${score.toFixed(2)}, at ${start} to ${end}`;
      return item;
    }),
  );
}

button.addEventListener("click", async () => {
  button.disabled = true;
  await find().catch((error) => {
    state.textContent = error.message;
  });
  button.disabled = false;
});
