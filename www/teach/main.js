// The page on which heads are taught: a project, its texts, a training, and what comes of it.

import { byId, element, excerpt, focusAgain, focusIn, messageOf, option } from "../shared/dom.js";
import { download } from "../shared/files.js";
import { currentLanguage, listLanguages, setLanguage, speak, t } from "../shared/i18n.js";
import { addOwnHead, engine, engineIfKept, OWN, translateHeads } from "./engine.js";
import { read } from "./labelled-file.js";
import { Marking } from "./marking.js";
import {
  History,
  newDocument,
  newProject,
  toConll,
  toJsonLines,
  typeNamed,
  withDocuments,
  withTypes,
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
const training = new Training(project);
const marking = new Marking(
  (document) => {
    history.setDocument(document);
    changed();
  },
  ({ id }, { start }) => {
    const others = (suggested.get(id) ?? []).filter((own) => own.start !== start);
    suggested.set(id, others);
    render();
  },
);

// Projects.

async function readProjects() {
  const all = await saving.all();
  byId("projects").replaceChildren(...all.map(({ id, name }) => option(id, name)));
  byId("projects").value = project().id;
}

/** @param {Project} chosen */
async function use(chosen) {
  history = new History(chosen);
  suggested = new Map();
  current = null;
  saving.keep(chosen);
  propose([], () => {});
  training.show(chosen);
  render();
  await readProjects();
  await addHead(chosen);
}

/**
 * Has the model know the head of the project on the page, and asks it.
 * @param {Project} own
 */
async function addHead(own) {
  const known = await engineIfKept();
  if (!known || own !== project()) return;
  try {
    await addOwnHead(known, own);
  } catch (error) {
    notice(t("other-model", { reason: messageOf(error) }));
  }
  await suggest();
}

// What is on the page.

function changed() {
  saving.later();
  render();
}

function render() {
  const { name, types, documents } = project();
  if (document.activeElement !== byId("project-name")) byId("project-name").value = name;
  const focused = focusIn(byId("types"));
  byId("types").replaceChildren(...types.map(typeItem));
  if (focused !== undefined) {
    focusAgain(byId("types"), focused);
    if (!byId("types").contains(document.activeElement)) byId("type-name").focus();
  }
  const shown = documentShown();
  byId("documents").replaceChildren(
    ...documents.map(({ id, text, marks }, index) =>
      option(id, `${index + 1}. ${excerpt(text.trim().replace(/\s+/g, " "), 40)} (${marks.length})`),
    ),
  );
  if (shown) byId("documents").value = shown.id;
  disable(byId("undo"), !history.canUndo);
  disable(byId("redo"), !history.canRedo);
  disable(byId("delete-document"), !shown);
  if (documents.length === 0) byId("paste").open = true;
  marking.show(shown, types, shown ? (suggested.get(shown.id) ?? []) : []);
  const marks = documents.reduce((sum, { marks }) => sum + marks.length, 0);
  disable(byId("train"), training.isRunning || marks === 0, byId("stop"));
  for (const id of /** @type {const} */ (["download-head", "download-bundle"])) byId(id).disabled = !project().head;
  byId("download-report").disabled = project().trained.length === 0;
}

/**
 * Disables a button; if it has the focus, that goes on to another place.
 * @param {HTMLButtonElement} button
 * @param {boolean} isDisabled
 * @param {HTMLElement} next
 */
function disable(button, isDisabled, next = byId("marking")) {
  const hadFocus = isDisabled && document.activeElement === button;
  button.disabled = isDisabled;
  if (hadFocus) (next.hidden ? byId("marking") : next).focus();
}

/**
 * @param {import("./project.js").Type} type
 * @param {number} index
 */
function typeItem({ name, colour }, index) {
  const key = index < 9 ? element("kbd", {}, String(index + 1)) : null;
  const mark = { type: "button", class: "quiet", "data-focus": `mark ${name}`, onclick: () => marking.mark(name) };
  const apply = element("button", mark, name);
  const label = t("remove-type", { type: name });
  const onclick = () => {
    history.removeType(name);
    changed();
  };
  const attributes = {
    type: "button",
    class: "quiet",
    "aria-label": label,
    title: label,
    onclick,
    "data-focus": `remove ${name}`,
  };
  return element("li", { "data-colour": colour }, key, apply, element("button", attributes, "\u00d7"));
}

/** Asks the chosen head about all texts. */
async function suggest() {
  const head = byId("suggester").value;
  const own = project();
  suggested = new Map();
  propose([], () => {});
  render();
  if (!head) return;
  try {
    const wanted = () => own === project() && head === byId("suggester").value;
    const found = await suggestions(await engine(), head, own.documents, wanted);
    if (!found) return;
    suggested = found.suggested;
    propose(found.doubts, ({ id, start, end }) => {
      if (!project().documents.some((document) => document.id === id)) return;
      current = id;
      render();
      byId("marking").focus();
      byId("marking").setSelectionRange(start, end);
    });
    render();
  } catch (error) {
    notice(messageOf(error));
  }
}

async function train() {
  const own = project();
  const run = training.run(own, async (head) => {
    own.head = head;
    // Whatever comes next, this head is there.
    saving.later(own);
    if (own !== project()) return;
    render();
    await addOwnHead(await engine(), own);
  });
  render();
  await run;
  saving.later(own);
  render();
  if (own !== project()) return;
  training.show(own);
  await suggest();
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
  const { documents } = project();
  try {
    const known = await engine();
    const words = [];
    for (const { text } of documents) words.push((await known.predict(text)).words);
    takeHome("conll", "text/plain", toConll({ documents }, words));
  } catch (error) {
    notice(messageOf(error));
  }
}

/** @param {File} file */
async function take(file) {
  const own = project();
  try {
    const found = await read(file);
    if (own !== project()) return;
    const { documents, known } = withDocuments(own.documents, found.documents);
    history.change({ types: withTypes(own.types, found.types), documents });
    changed();
    notice(known > 0 ? t("import-known", { name: file.name, count: known }) : "");
    suggest();
  } catch (error) {
    notice(`${file.name}: ${messageOf(error)}`);
  }
}

function addText() {
  const text = byId("new-text").value;
  if (!text.trim()) return;
  const added = newDocument(text);
  const known = project().documents.find((own) => own.text === added.text);
  if (!known) history.change({ documents: [...project().documents, added] });
  current = (known ?? added).id;
  byId("new-text").value = "";
  byId("paste").open = false;
}

function deleteDocument() {
  const shown = documentShown();
  if (shown) history.change({ documents: project().documents.filter(({ id }) => id !== shown.id) });
}

// What the reader does.

function listenToProjects() {
  byId("type-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = byId("type-name").value;
    byId("type-said").textContent = "";
    if (!history.addType(name)) {
      if (typeNamed(name)) byId("type-said").textContent = t("type-known", { type: typeNamed(name) });
      return;
    }
    byId("type-name").value = "";
    changed();
  });
  byId("project-name").addEventListener("input", () => {
    project().name = byId("project-name").value || t("untitled");
    const [listed] = byId("projects").selectedOptions;
    if (listed) listed.textContent = project().name;
    saving.later();
  });
  byId("projects").addEventListener("change", async () => {
    const id = byId("projects").value;
    await saving.now();
    const chosen = (await saving.all()).find((own) => own.id === id);
    await use(chosen ?? project());
  });
  byId("new-project").addEventListener("click", async () => {
    await saving.now();
    await use(newProject(t("untitled")));
    saving.later();
  });
  byId("delete-project").addEventListener("click", async () => {
    const own = project();
    if (!confirm(t("really-delete", { name: own.name }))) return;
    training.stopThatOf(own);
    await saving.remove(own);
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
  byId("add-text").addEventListener("click", () => {
    addText();
    changed();
    byId("marking").focus();
    suggest();
  });
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
  byId("load-model").addEventListener("click", async () => {
    byId("marking").focus();
    await engine().catch(() => {});
    await addHead(project());
  });
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
    const own = project();
    try {
      const known = await engine();
      await addOwnHead(known, own);
      takeHome("zip", "application/zip", /** @type {Uint8Array<ArrayBuffer>} */ (await known.archive(OWN)));
    } catch (error) {
      notice(messageOf(error));
    }
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
const ready = use(latest ?? newProject(t("untitled")));
document.body.dataset.loaded = "true";
await ready;
