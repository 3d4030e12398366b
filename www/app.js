// The page: loads the recognizer, asks it about the newest text, and shows what it says or what went wrong.

import { renderEntities } from "./entity-list.js";
import { Latest } from "./latest.js";
import { ResultView } from "./result-view.js";
import { describeTag } from "./tags.js";
import { WordPanel } from "./word-panel.js";

const DEFAULT_BUNDLE = "all-MiniLM-L6-v2";
/** Pause in typing, in milliseconds, after which the text is analysed. */
const TYPING_PAUSE = 120;

const byId = (id) => document.getElementById(id);
const textBox = byId("text");
const encoderSelect = byId("encoder");
const headSelect = byId("head");
const status = byId("status");
const progress = byId("progress");
const retry = byId("retry");
const resultBox = byId("result");

let recognizer = null;
/** The text, result and words that are on show. */
let shown = null;
let selected = null;

const panel = new WordPanel(byId("word-panel"));
const view = new ResultView(resultBox, {
  onPreview(index) {
    // Leaving the text goes back to the chosen word; without one, the last word stays to be read.
    if (index !== null) panel.open();
    showWord(index ?? selected ?? shown?.word ?? null);
  },
  onSelect(index) {
    selected = index;
    panel.open();
    showWord(index);
    const { text, result } = shown;
    const { start, end, tag, score } = result.words[index];
    byId("word-announcement").textContent = `${text.slice(start, end)}: ${describeTag(tag)}, ${score.toFixed(2)}`;
  },
});
const analysis = new Latest(analyse);

/** A failure that the page explains: what happened, what to do, and what the button does. */
class Failure extends Error {
  constructor(message, advice, cause, action = { label: "Try again", run: start }) {
    super(cause ? `${message}: ${messageOf(cause)}` : message, { cause });
    this.advice = advice;
    this.action = action;
  }
}

const messageOf = (error) => (error instanceof Error ? error.message : String(error));
const orFail = (promise, message, advice, action) => promise.catch((error) => {
  throw new Failure(message, advice, error, action);
});

const isBundleName = (name) => /^[A-Za-z0-9._-]+$/.test(name) && !/^\.+$/.test(name);

function bundleName() {
  const name = new URLSearchParams(location.search).get("bundle") ?? DEFAULT_BUNDLE;
  if (isBundleName(name)) return name;
  throw new Failure(
    `The address asks for the bundle "${name}", which is no name of a bundle`,
    "Such a name has letters, digits, dots, hyphens and underscores only.",
    null,
    { label: `Use ${DEFAULT_BUNDLE}`, run: () => location.assign(location.pathname) },
  );
}

/** Counts starts: choosing another encoder while one is loading makes the earlier start stale. */
let starts = 0;

async function start() {
  const own = ++starts;
  try {
    setStatus("starting", "Starting the recognizer\u2026");
    const previous = recognizer;
    recognizer = null;
    previous?.free();
    headSelect.disabled = true;
    const bundle = bundleName();
    await fillEncoders(bundle);
    if (own !== starts) return;
    const loaded = await load(bundle, () => own === starts);
    if (own !== starts) {
      loaded.free();
      return;
    }
    recognizer = loaded;
    fillHeads();
    setReady();
    byId("model").textContent = `Model: ${recognizer.name}, ${recognizer.architecture}, ${megabytes(recognizer.bytes)} MB.`;
    analysis.request(0);
  } catch (error) {
    if (own === starts) showFailure(error);
  }
}

/** `current` tells whether this is still the bundle that is wanted. */
async function load(bundle, current) {
  // Imported here rather than at the top, so that a package that was not built can be named as the cause.
  const { default: init, load: loadBundle } = await orFail(
    import("./pkg/nerite.js"),
    "The package pkg/ is missing or incomplete",
    "Run scripts/demo to build it, then reload the page.",
    // Browsers may remember that a module failed, so importing it again is not enough.
    { label: "Reload the page", run: () => location.reload() },
  );
  await orFail(
    init(),
    "The recognizer's WebAssembly could not be started",
    "Run scripts/demo to build the package pkg/ again, then try again.",
  );
  if (current()) setStatus("downloading", `Downloading the model ${bundle}\u2026`);
  return orFail(
    loadBundle(new URL(`bundles/${bundle}/`, document.baseURI).href, (p) => current() && showProgress(p)),
    `The model ${bundle} could not be loaded`,
    "Check that the server still runs and that scripts/demo has built this bundle, then try again.",
  );
}

/** The bundles that the site lists; one that is not listed can still be asked for in the address. */
async function fillEncoders(current) {
  let bundles = [];
  try {
    const response = await fetch("bundles/index.json");
    if (response.ok) ({ bundles } = await response.json());
  } catch {
    // Without a list there is no choice, which is no failure.
  }
  const listed = Array.isArray(bundles) ? bundles.filter(({ name }) => typeof name === "string" && isBundleName(name)) : [];
  if (!listed.some(({ name }) => name === current)) listed.push({ name: current });
  encoderSelect.replaceChildren(...listed.map(({ name, bytes }) => {
    const option = document.createElement("option");
    option.value = name;
    option.textContent = Number.isFinite(bytes) ? `${name} (${megabytes(bytes)} MB)` : name;
    return option;
  }));
  encoderSelect.value = current;
  encoderSelect.disabled = false;
}

function fillHeads() {
  const chosen = headSelect.value;
  headSelect.replaceChildren(...recognizer.heads.map(({ id, title }) => {
    const option = document.createElement("option");
    option.value = id;
    option.textContent = title || id;
    return option;
  }));
  headSelect.value = recognizer.heads.some(({ id }) => id === chosen) ? chosen : recognizer.defaultHead;
  headSelect.disabled = false;
}

async function analyse() {
  const asked = recognizer;
  const text = textBox.value;
  if (!asked) return;
  if (text === "") {
    showResult(text, null);
    return;
  }
  try {
    const result = await asked.predict(text, headSelect.value);
    if (asked !== recognizer) return;
    showResult(text, result);
    if (status.dataset.state === "failed") setReady();
  } catch (error) {
    if (asked !== recognizer) return;
    showFailure(new Failure(
      "This text could not be analysed",
      "Change the text, or load the model again.",
      error,
      { label: "Load the model again", run: start },
    ));
  }
}

function showResult(text, result) {
  const words = result?.words ?? [];
  const entities = result?.entities ?? [];
  const word = words.length === 0 ? null : Math.min(selected ?? entities[0]?.words[0] ?? 0, words.length - 1);
  shown = { text, result, word };
  if (selected !== null) selected = word;

  view.render(text, { words, entities });
  renderEntities(byId("types"), byId("entities"), entities, (first) => view.focus(first));
  byId("summary").textContent = result ? `${counted(words.length, "word", "words")}, ${counted(entities.length, "entity", "entities")}` : "";
  byId("time").textContent = result ? duration(result.milliseconds) : "";
  if (word === null) panel.clear();
  else showWord(word);
  markStale();
}

function showWord(index) {
  if (index === null) return;
  const { text, result } = shown;
  shown.word = index;
  view.show(index);
  panel.show(text, result.words[index], result.tags);
}

/** Greys a result while the text box has moved on. */
function markStale() {
  resultBox.classList.toggle("stale", textBox.value !== shown?.text);
}

function setStatus(state, message, advice = "") {
  byId("status-message").textContent = message;
  byId("status-progress").textContent = "";
  byId("status-advice").textContent = advice;
  byId("status-advice").className = "";
  progress.removeAttribute("value");
  progress.hidden = state !== "downloading";
  retry.hidden = true;
  status.dataset.state = state;
}

function setReady() {
  setStatus("ready", `Ready. The model runs in this tab (${megabytes(recognizer.bytes)} MB); what you type stays here.`);
}

function showFailure(error) {
  const { message, advice, action } = error instanceof Failure ? error : new Failure(
    "The page ran into an error of its own",
    "Try again. If it happens again, please report it with this message.",
    error,
  );
  setStatus("failed", message.replace(/[^.!?]$/, "$&."), advice);
  retry.textContent = action.label;
  retry.onclick = () => action.run();
  retry.hidden = false;
}

function showProgress({ loaded, total }) {
  progress.max = total;
  progress.value = loaded;
  byId("status-progress").textContent = `${megabytes(loaded)} of ${megabytes(total)} MB`;
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

function duration(milliseconds) {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}

function setText(text) {
  textBox.value = text;
  textBox.focus();
  markStale();
  analysis.request(0);
}

textBox.addEventListener("input", () => {
  markStale();
  analysis.request(TYPING_PAUSE);
});
headSelect.addEventListener("change", () => analysis.request(0));
encoderSelect.addEventListener("change", () => {
  const address = new URL(location.href);
  address.searchParams.set("bundle", encoderSelect.value);
  history.replaceState(null, "", address);
  start();
});
byId("example").addEventListener("click", () => setText(textBox.defaultValue));
byId("clear").addEventListener("click", () => setText(""));
byId("close-panel").addEventListener("click", () => panel.close());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") panel.close();
});

// boot.js has said already why nothing can run.
if (status.dataset.state !== "failed") start();
