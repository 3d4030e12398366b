// The page on which heads are taught: a project, its texts, a training, and what comes of it.

import { load, readLabelled } from "../../pkg/nerite.js";
import { byId, element, excerpt, messageOf, option } from "../shared/dom.js";
import { currentLanguage, duration, listLanguages, setLanguage, speak, t } from "../shared/i18n.js";
import { curve, percent, table } from "./figures.js";
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
import { projects, remove, save } from "./storage.js";

const BUNDLE = "bundles/all-MiniLM-L6-v2/";
/** The head that a training makes. */
const OWN = "own";
/** Pauses before a change is saved, in milliseconds. */
const SAVED_AFTER = 200;
/** How often the progress of a training is drawn, in milliseconds. */
const DRAWN_EVERY = 250;
/** Sentences that are proposed. */
const PROPOSED = 5;

let history;
let all = [];
let recognizer = null;
let trainer = null;
let running = null;
let suggested = new Map();
let stored = true;
let current = null;
/** Losses of the training that goes on. */
let losses = [];

const marking = new Marking((document) => {
  history.setDocument(document);
  changed();
});

const project = () => history.project;
const documentShown = () => project().documents.find(({ id }) => id === current) ?? project().documents[0] ?? null;

function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

// Saving: one after the other, each with what is newest.

let saving = null;
let timer = 0;

function later() {
  clearTimeout(timer);
  timer = setTimeout(keep, SAVED_AFTER);
}

async function keep() {
  clearTimeout(timer);
  if (!stored) return;
  await saving;
  saving = (async () => {
    const own = project();
    own.changed = Date.now();
    try {
      if (await save({ ...own })) own.revision += 1;
      else {
        // Another tab was faster: what is here goes on as a project of its own.
        own.id = newProject("").id;
        own.revision = 0;
        own.name = t("copy-of", { name: own.name });
        if (await save({ ...own })) own.revision = 1;
        notice(t("other-tab"));
        await listProjects();
      }
      byId("stored").textContent = t("stored", { size: await used() });
    } catch (error) {
      stored = error?.name === "QuotaExceededError";
      notice(t("not-stored", { reason: messageOf(error) }));
    }
  })();
  await saving;
}

async function used() {
  const { usage = 0 } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
  return `${(usage / 1e6).toFixed(1)} MB`;
}

async function listProjects() {
  if (stored) {
    try {
      all = await projects();
    } catch (error) {
      stored = false;
      notice(t("not-stored", { reason: messageOf(error) }));
    }
  }
  const own = history?.project;
  const others = all.filter(({ id }) => id !== own?.id);
  const list = own ? [own, ...others] : others;
  byId("projects").replaceChildren(...list.map(({ id, name }) => option(id, name)));
  if (own) byId("projects").value = own.id;
}

async function use(chosen) {
  history = new History(chosen);
  suggested = new Map();
  current = null;
  await addOwnHead();
  await listProjects();
  showTrained();
  render();
  suggest();
}

// What is on the page.

function changed() {
  later();
  render();
}

function render() {
  const { name, types, documents } = project();
  if (document.activeElement !== byId("project-name")) byId("project-name").value = name;
  byId("types").replaceChildren(
    ...types.map(({ name, colour }, index) => {
      const key = index < 9 ? element("kbd", {}, String(index + 1)) : null;
      const apply = element("button", { type: "button", class: "quiet", onclick: () => marking.mark(name) }, name);
      const label = t("remove-type", { type: name });
      const onclick = () => {
        history.removeType(name);
        changed();
      };
      const drop = element(
        "button",
        { type: "button", class: "quiet", "aria-label": label, title: label, onclick },
        "\u00d7",
      );
      return element("li", { "data-colour": colour }, key, apply, drop);
    }),
  );
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
  byId("train").disabled = running !== null || marks === 0;
}

async function engine() {
  recognizer ??= load(BUNDLE, {
    onProgress: ({ loaded, total }) => {
      byId("status").textContent = t("loading", { percent: percent(loaded / total) });
    },
  }).catch((error) => {
    recognizer = null;
    throw error;
  });
  return recognizer;
}

/** Makes the project's head known, and lists all heads. */
async function addOwnHead() {
  const { head } = project();
  for (const id of ["download-head", "download-bundle", "download-report"]) byId(id).disabled = !head;
  const known = await engine().catch((error) => {
    byId("status").textContent = messageOf(error);
    return null;
  });
  if (!known) return;
  if (head) await known.addHead(OWN, head, { title: project().name });
  const chosen = byId("suggester").value;
  const heads = known.heads.filter(({ id }) => id !== OWN || head).filter(({ id }) => id !== "base");
  byId("suggester").replaceChildren(
    option("", t("no-suggestions")),
    ...heads.map(({ id, title }) => option(id, title)),
  );
  byId("suggester").value = head ? OWN : heads.some(({ id }) => id === chosen) ? chosen : "";
}

/** Asks the chosen head about all texts: for suggestions, and for what it is least certain of. */
async function suggest() {
  const head = byId("suggester").value;
  const own = project();
  suggested = new Map();
  byId("next").replaceChildren();
  if (head) {
    const known = await engine();
    const doubts = [];
    for (const { id, text, marks } of own.documents) {
      const { words, entities } = await known.predict(text, { head });
      if (own !== project() || head !== byId("suggester").value) return;
      suggested.set(
        id,
        entities.map(({ start, end, type }) => ({ start, end, type })),
      );
      const sentences = Map.groupBy?.(words, ({ sentence }) => sentence) ?? grouped(words);
      for (const list of sentences.values()) {
        const [start, end] = [list[0].start, list[list.length - 1].end];
        if (marks.some((mark) => mark.start < end && start < mark.end)) continue;
        doubts.push({
          id,
          start,
          end,
          text: text.slice(start, end),
          score: Math.min(...list.map(({ score }) => score)),
        });
      }
    }
    doubts.sort((a, b) => a.score - b.score);
    byId("next").replaceChildren(
      ...doubts.slice(0, PROPOSED).map(({ id, start, end, text, score }) => {
        const onclick = () => {
          current = id;
          render();
          byId("marking").focus();
          byId("marking").setSelectionRange(start, end);
        };
        const go = element("button", { type: "button", class: "quiet", onclick }, excerpt(text, 80));
        return element("li", {}, go, ` ${t("certain", { percent: percent(score) })}`);
      }),
    );
  }
  render();
}

function grouped(words) {
  const sentences = new Map();
  for (const word of words) sentences.set(word.sentence, [...(sentences.get(word.sentence) ?? []), word]);
  return sentences;
}

// Training.

function showTrained() {
  const last = project().trained[project().trained.length - 1];
  byId("figures").replaceChildren(...(last?.figures ? [table(last.figures)] : []));
  const points = project().trained.flatMap(({ marks, figures }) => (figures?.[0] ? [[marks, figures[0].f1]] : []));
  const curves = [];
  if (losses.length > 1)
    curves.push(
      curve(
        t("loss"),
        losses.map((loss, step) => [step + 1, loss]),
        (value) => value.toFixed(3),
      ),
    );
  if (points.length > 0)
    curves.push(
      curve(
        t("learning-curve"),
        points.sort((a, b) => a[0] - b[0]),
        percent,
      ),
    );
  byId("curves").replaceChildren(...curves);
}

async function train() {
  const own = project();
  const documents = own.documents.filter(({ marks }) => marks.length > 0);
  const marks = documents.reduce((sum, { marks }) => sum + marks.length, 0);
  const types = own.types
    .map(({ name }) => name)
    .filter((name) => documents.some((one) => one.marks.some(({ type }) => type === name)));
  const stop = new AbortController();
  running = stop;
  losses = [];
  byId("stop").hidden = byId("progress").hidden = false;
  render();
  const begun = new Map();
  let drawn = 0;
  const say = ({ stage, done, total, loss }) => {
    if (loss !== undefined && stage === "fit") losses.push(loss);
    const now = performance.now();
    if (now - drawn < DRAWN_EVERY) return;
    drawn = now;
    if (!begun.has(stage)) begun.set(stage, [now, done]);
    const [start, from] = begun.get(stage);
    const left = done > from ? ((now - start) / (done - from)) * (total - done) : 0;
    byId("progress").value = done / total;
    byId("status").textContent = t(`stage-${stage}`, { left: duration(left) });
    if (stage === "fit") showTrained();
  };
  try {
    const known = await engine();
    trainer ??= await known.trainer({ signal: stop.signal });
    const from = known.heads.find(({ id, kind }) => id !== OWN && kind === "context")?.id;
    const take = async (head) => {
      own.head = head;
      if (own === project()) await addOwnHead();
    };
    const trained = await trainer.train(documents, {
      types,
      from,
      signal: stop.signal,
      onProgress: say,
      onHead: ({ head, milliseconds }) => {
        byId("status").textContent = t("head-ready", { time: duration(milliseconds) });
        take(head);
      },
    });
    await take(trained.head);
    losses = trained.losses;
    own.trained.push({ when: Date.now(), marks, figures: trained.figures, milliseconds: trained.allMilliseconds });
    const widened = trained.added.reduce((sum, added) => sum + added.widened, 0);
    const time = duration(trained.milliseconds);
    byId("status").textContent = t("trained", {
      time,
      all: duration(trained.allMilliseconds),
      folds: trained.folds,
      widened,
    });
  } catch (error) {
    byId("status").textContent = stop.signal.aborted ? t("stopped") : t("failed", { reason: messageOf(error) });
    if (error?.code === "crash" || error?.code === "freed") trainer = null;
  }
  running = null;
  byId("stop").hidden = byId("progress").hidden = true;
  if (own === project()) {
    showTrained();
    changed();
    await suggest();
  }
}

// Taking home.

function download(name, parts, type) {
  const link = element("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const fileName = () =>
  project()
    .name.replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/^-+|-+$/g, "") || "project";

const actions = {
  undo: () => history.undo(),
  redo: () => history.redo(),
  "add-text": () => {
    const text = byId("new-text").value;
    if (!text.trim()) return;
    const added = newDocument(text);
    history.change({ documents: [...project().documents, added] });
    current = added.id;
    byId("new-text").value = "";
    byId("paste").open = false;
    byId("marking").focus();
    suggest();
  },
  "delete-document": () => {
    const shown = documentShown();
    history.change({ documents: project().documents.filter(({ id }) => id !== shown.id) });
  },
};

async function choose(id) {
  await keep();
  const chosen = all.find((own) => own.id === id);
  if (chosen) await use(chosen);
}

function listen() {
  for (const [id, act] of Object.entries(actions)) {
    byId(id).addEventListener("click", () => {
      act();
      changed();
    });
  }
  byId("type-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!history.addType(byId("type-name").value)) return;
    byId("type-name").value = "";
    changed();
  });
  byId("project-name").addEventListener("input", () => {
    project().name = byId("project-name").value || t("untitled");
    byId("projects").selectedOptions[0].textContent = project().name;
    later();
  });
  byId("documents").addEventListener("change", () => {
    current = byId("documents").value;
    render();
  });
  byId("projects").addEventListener("change", () => choose(byId("projects").value));
  byId("new-project").addEventListener("click", async () => {
    await keep();
    await use(newProject(t("untitled")));
    later();
  });
  byId("delete-project").addEventListener("click", async () => {
    if (!confirm(t("really-delete", { name: project().name }))) return;
    clearTimeout(timer);
    if (stored) await remove(project().id).catch((error) => notice(messageOf(error)));
    history = null;
    await listProjects();
    await use(all[0] ?? newProject(t("untitled")));
  });
  byId("suggester").addEventListener("change", suggest);
  byId("train").addEventListener("click", train);
  byId("stop").addEventListener("click", () => running?.abort());
  byId("export-jsonl").addEventListener("click", () => {
    download(`${fileName()}.jsonl`, [toJsonLines(project())], "application/jsonl");
  });
  byId("export-conll").addEventListener("click", async () => {
    const own = project();
    try {
      const known = await engine();
      const words = [];
      for (const { text } of own.documents) words.push((await known.predict(text)).words);
      download(`${fileName()}.conll`, [toConll(own, words)], "text/plain");
    } catch (error) {
      notice(messageOf(error));
    }
  });
  byId("import").addEventListener("click", () => byId("import-file").click());
  byId("import-file").addEventListener("change", async () => {
    const [file] = byId("import-file").files;
    byId("import-file").value = "";
    if (!file) return;
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
  });
  byId("download-head").addEventListener("click", () => download("head.safetensors", [project().head]));
  byId("download-report").addEventListener("click", () => {
    download(`${fileName()}.json`, [JSON.stringify(project().trained, null, 2)], "application/json");
  });
  byId("download-bundle").addEventListener("click", async () => {
    const known = await engine();
    download(`${fileName()}.zip`, [await known.archive(OWN)], "application/zip");
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
    if (event.target === byId("new-text")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) history.redo();
    else history.undo();
    changed();
  });
  byId("language").addEventListener("change", () => {
    setLanguage(byId("language").value);
    showTrained();
    render();
  });
  // What has not been saved yet is saved before the page goes.
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
}

speak("teach");
listLanguages(byId("language"));
byId("language").value = currentLanguage();
listen();
await listProjects();
await use(all[0] ?? newProject(t("untitled")));
document.body.dataset.loaded = "true";
