// The page: its parts, and what they tell each other.

import { byId } from "../shared/dom.js";
import { listLanguages, setLanguage, speak, t } from "../shared/i18n.js";
import { keepPage, register } from "../shared/offline.js";
import { afterFrame } from "../shared/pace.js";
import { FileList } from "./file-list.js";
import { ModelCard } from "./model-card.js";
import { RedactionCard } from "./redaction/card.js";
import { ResultCard } from "./result-card.js";
import { tabs } from "./tabs.js";
import { TextCard } from "./text-card.js";

speak("demo");
listLanguages(byId("language"));

const text = new TextCard({
  onText(soon) {
    result.request(soon);
    // Of a text without a word there will be no result to follow.
    if (text.text === "") redaction.request();
  },
  onFolder: (files) => model.openFolder(files),
  onFiles: (files) => list.open(files),
  settings: () => result.settings,
  onSettings: (settings) => result.apply(settings),
});
const result = new ResultCard(() => text.text, {
  onWord: (offset) => text.reveal(offset),
  onFailure: (error) => model.failPrediction(error),
  onBundle: (name) => model.useListed(name),
  onSuccess() {
    model.recovered();
    model.showFacts();
    // It finds most of what it needs in the result that there is now.
    redaction.request();
  },
});
const redaction = new RedactionCard(
  () => text.text,
  () => byId("head").value,
  (error) => model.failPrediction(error),
);
tabs(byId("views"), (panel) => {
  const isRedaction = panel === "redaction-panel";
  for (const name of /** @type {const} */ (["compare-field", "comparing", "word-panel", "entities-card", "head-about"]))
    byId(name).hidden = isRedaction;
  byId("result-title").dataset.i18n = isRedaction ? "redaction" : "result";
  byId("result-title").textContent = t(isRedaction ? "redaction" : "result");
  redaction.show(isRedaction);
});
const list = new FileList({
  recognizer: () => result.recognizer,
  settings: () => result.settings,
  onShow: (own) => text.set(own),
});
const model = new ModelCard({
  async onLoaded(recognizer, bundle) {
    result.use(recognizer, bundle);
    redaction.use(recognizer, bundle);
    list.goOn();
    model.worksOffline((await keepPage()) && recognizer.cached);
  },
  onGone() {
    result.use(null);
    redaction.use(null);
  },
  onRetry: () => result.request(false),
});

byId("language").addEventListener("change", async () => {
  setLanguage(byId("language").value);
  for (const part of [text, list, model, result, redaction]) {
    // Another language has other letters, which take a browser long to lay out for the first time.
    await afterFrame();
    part.translate();
  }
});

/** @param {() => void} reload */
function offerUpdate(reload) {
  byId("update").hidden = false;
  byId("update-reload").onclick = reload;
}

// boot.js has said already why nothing can run.
if (byId("status").dataset.state !== "failed") {
  await text.start();
  await register(offerUpdate);
  await model.start();
}
