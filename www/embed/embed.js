// Finds entities with the package, in a page of one's own.

import { load } from "../pkg/nerite.js";

const byId = (id) => document.getElementById(id);
let recognizer;

async function find() {
  recognizer ??= await load("bundles/all-MiniLM-L6-v2/", {
    onProgress: ({ loaded, total }) => {
      byId("state").textContent = `Loading: ${Math.floor((100 * loaded) / total)} %`;
    },
  });
  const { entities, milliseconds } = await recognizer.predict(byId("text").value);
  byId("state").textContent = `${entities.length} entities in ${milliseconds.toFixed(0)} ms`;
  byId("found").replaceChildren(
    ...entities.map(({ text, type, score, start, end }) => {
      const item = document.createElement("li");
      item.textContent = `${text}: ${type}, ${score.toFixed(2)}, at ${start} to ${end}`;
      return item;
    }),
  );
}

byId("find").addEventListener("click", async () => {
  byId("find").disabled = true;
  await find().catch((error) => {
    byId("state").textContent = error.message;
  });
  byId("find").disabled = false;
});
