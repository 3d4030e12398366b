// The page on which heads are taught: a project, its texts, a training, and what comes of it.

import { readLabelled } from "../pkg/nerite.js";
import { byId, element, excerpt, messageOf, option } from "../shared/dom.js";
import { download } from "../shared/files.js";
import { currentLanguage, listLanguages, setLanguage, speak, t } from "../shared/i18n.js";
import { addOwnHead, engine, OWN, translateHeads } from "./engine.js";
import { Marking } from "./marking.js";
import {
  fromJsonLines,
  fromLabelled,
  History,
  isJsonLines,
  newDocument,
  newProject,
  toConll,
  toJsonLines,
} from "./project.js";
import { notice, Saving } from "./saving.js";
import { propose, suggestions } from "./suggestions.js";
import { Training } from "./training.js";

/**
 * @typedef {import("./project.js").Project} Project
 * @typedef {import("./project.js").Mark} Mark
 */

speak("teach");

let history = new History(newProject(t("untitled")));
/** @type {Project[]} */
let all = [];
/**
 * What the chosen head finds, by the texts' ids.
 * @type {Map<string, Mark[]>}
 */
let suggested = new Map();
/**
 * The id of the text on show.
 * @type {string | null}
 */
let current = null;

const project = () => history.project;
const documentShown = () => project().documents.find(({ id }) => id === current) ?? project().documents[0] ?? null;

const saving = new Saving(project, readProjects);
const training = new Training();
const marking = new Marking((document) => {
  history.setDocument(document);
  changed();
});

// Projects.

async function readProjects() {
  all = await saving.all();
  listProjects();
}

function listProjects() {
  const own = project();
  const list = [own, ...all.filter(({ id }) => id !== own.id)];
  byId("projects").replaceChildren(...list.map(({ id, name }) => option(id, name)));
  byId("projects").value = own.id;
}

/** @param {Project} chosen */
async function use(chosen) {
  history = new History(chosen);
  suggested = new Map();
  current = null;
  await addOwnHead(chosen);
  await readProjects();
  training.show(chosen);
  render();
  suggest();
}

// What is on the page.

function changed() {
  saving.later();
  render();
}

function render() {
  const { name, types, documents } = project();
  if (document.activeElement !== byId("project-name")) byId("project-name").value = name;
  byId("types").replaceChildren(...types.map(typeItem));
  const shown = documentShown();
  byId("documents").replaceChildren(
    ...documents.map(({ id, text, marks }, index) =>
      option(id, `${index + 1}. ${excerpt(text.trim().replace(/\s+/g, " "), 40)} (${marks.length})`),
    ),
  );
  if (shown) byId("documents").value = shown.id;
  byId("undo").disabled = !history.canUndo;
  byId("redo").disabled = !history.canRedo;
  byId("delete-document").disabled = !shown;
  if (documents.length === 0) byId("paste").open = true;
  marking.show(shown, types, shown ? (suggested.get(shown.id) ?? []) : []);
  const marks = documents.reduce((sum, { marks }) => sum + marks.length, 0);
  byId("train").disabled = training.isRunning || marks === 0;
}

/**
 * @param {import("./project.js").Type} type
 * @param {number} index
 */
function typeItem({ name, colour }, index) {
  const key = index < 9 ? element("kbd", {}, String(index + 1)) : null;
  const apply = element("button", { type: "button", class: "quiet", onclick: () => marking.mark(name) }, name);
  const label = t("remove-type", { type: name });
  const onclick = () => {
    history.removeType(name);
    changed();
  };
  const attributes = { type: "button", class: "quiet", "aria-label": label, title: label, onclick };
  return element("li", { "data-colour": colour }, key, apply, element("button", attributes, "\u00d7"));
}

/** Asks the chosen head about all texts. */
async function suggest() {
  const head = byId("suggester").value;
  const own = project();
  suggested = new Map();
  propose([], () => {});
  if (head) {
    const wanted = () => own === project() && head === byId("suggester").value;
    const found = await suggestions(await engine(), head, own.documents, wanted);
    if (!found) return;
    suggested = found.suggested;
    propose(found.doubts, ({ id, start, end }) => {
      current = id;
      render();
      byId("marking").focus();
      byId("marking").setSelectionRange(start, end);
    });
  }
  render();
}

async function train() {
  const own = project();
  const run = training.run(own, async (head) => {
    own.head = head;
    if (own === project()) await addOwnHead(own);
  });
  render();
  await run;
  saving.later(own);
  if (own === project()) {
    training.show(own);
    render();
    await suggest();
  }
}

// Taking home.

/**
 * @param {string} ending
 * @param {string} type
 * @param {BlobPart} contents
 */
function takeHome(ending, type, contents) {
  const name = project()
    .name.replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  download(new Blob([contents], { type }), `${name || "project"}.${ending}`);
}

/** The words of CoNLL are those that a training sees. */
async function exportConll() {
  const own = project();
  try {
    const known = await engine();
    const words = [];
    for (const { text } of own.documents) words.push((await known.predict(text)).words);
    takeHome("conll", "text/plain", toConll(own, words));
  } catch (error) {
    notice(messageOf(error));
  }
}

/** @param {File} file */
async function take(file) {
  try {
    // What this page has written comes back as it was; any other labelled file by the trainer's own readers.
    const isOwn = isJsonLines(await file.slice(0, 1 << 20).text());
    const { types, documents } = isOwn
      ? fromJsonLines(await file.text())
      : fromLabelled(await readLabelled(file, { texts: true }));
    for (const type of types) history.addType(type);
    history.change({ documents: [...project().documents, ...documents] });
    changed();
    suggest();
  } catch (error) {
    notice(`${file.name}: ${messageOf(error)}`);
  }
}

function addText() {
  const text = byId("new-text").value;
  if (!text.trim()) return;
  const added = newDocument(text);
  history.change({ documents: [...project().documents, added] });
  current = added.id;
  byId("new-text").value = "";
  byId("paste").open = false;
  byId("marking").focus();
  suggest();
}

function deleteDocument() {
  const shown = documentShown();
  if (shown) history.change({ documents: project().documents.filter(({ id }) => id !== shown.id) });
}

// What the reader does.

function listenToProjects() {
  byId("type-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!history.addType(byId("type-name").value)) return;
    byId("type-name").value = "";
    changed();
  });
  byId("project-name").addEventListener("input", () => {
    project().name = byId("project-name").value || t("untitled");
    byId("projects").selectedOptions[0].textContent = project().name;
    saving.later();
  });
  byId("projects").addEventListener("change", async () => {
    const id = byId("projects").value;
    await saving.now();
    const chosen = all.find((own) => own.id === id);
    if (chosen) await use(chosen);
  });
  byId("new-project").addEventListener("click", async () => {
    await saving.now();
    await use(newProject(t("untitled")));
    saving.later();
  });
  byId("delete-project").addEventListener("click", async () => {
    if (!confirm(t("really-delete", { name: project().name }))) return;
    await saving.remove(project());
    const [next] = await saving.all();
    await use(next ?? newProject(t("untitled")));
  });
}

function listenToTexts() {
  /** @param {() => void} act */
  const thenRender = (act) => () => {
    act();
    changed();
  };
  const undo = thenRender(() => history.undo());
  const redo = thenRender(() => history.redo());
  byId("undo").addEventListener("click", undo);
  byId("redo").addEventListener("click", redo);
  byId("add-text").addEventListener("click", thenRender(addText));
  byId("delete-document").addEventListener("click", thenRender(deleteDocument));
  byId("documents").addEventListener("change", () => {
    current = byId("documents").value;
    render();
  });
  byId("import").addEventListener("click", () => byId("import-file").click());
  byId("import-file").addEventListener("change", () => {
    const file = byId("import-file").files?.[0];
    byId("import-file").value = "";
    if (file) take(file);
  });
  document.addEventListener("keydown", (event) => {
    const writes = event.target instanceof Element && event.target.matches("input, select, #new-text");
    if (!(event.ctrlKey || event.metaKey) || writes) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
  });
}

function listenToTraining() {
  byId("suggester").addEventListener("change", suggest);
  byId("train").addEventListener("click", train);
  byId("stop").addEventListener("click", () => training.stop());
  byId("export-jsonl").addEventListener("click", () => takeHome("jsonl", "application/jsonl", toJsonLines(project())));
  byId("export-conll").addEventListener("click", exportConll);
  byId("download-head").addEventListener("click", () => {
    const { head } = project();
    if (head) download(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (head)]), "head.safetensors");
  });
  byId("download-report").addEventListener("click", () =>
    takeHome("json", "application/json", JSON.stringify(project().trained, null, 2)),
  );
  byId("download-bundle").addEventListener("click", async () => {
    const archive = await (await engine()).archive(OWN);
    takeHome("zip", "application/zip", /** @type {Uint8Array<ArrayBuffer>} */ (archive));
  });
}

listLanguages(byId("language"));
byId("language").value = currentLanguage();
byId("language").addEventListener("change", () => {
  setLanguage(byId("language").value);
  training.show(project());
  render();
  translateHeads(project());
});
listenToProjects();
listenToTexts();
listenToTraining();
// What has not been saved yet is saved before the page goes.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && saving.now());

const [latest] = await saving.all();
await use(latest ?? newProject(t("untitled")));
document.body.dataset.loaded = "true";
