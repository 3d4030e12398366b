// Projects of the teaching page, kept in a database that works, is full, or is not there.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** What stands for the page's elements. */
const elements = new Map();
globalThis.document = /** @type {any} */ ({
  getElementById(/** @type {string} */ id) {
    if (!elements.has(id)) elements.set(id, {});
    return elements.get(id);
  },
  querySelectorAll: () => [],
  documentElement: {},
});

globalThis.navigator ??= /** @type {any} */ ({ languages: ["en"] });

/** @type {Map<string, any>} */
const stored = new Map();
/** @type {Error | null} */
let trouble = null;

/** As much of IndexedDB as projects ask of it. */
globalThis.indexedDB = /** @type {any} */ ({
  open() {
    const request = /** @type {any} */ ({ result: { transaction } });
    queueMicrotask(() => request.onsuccess());
    return request;
  },
});

function transaction() {
  if (trouble && trouble.name !== "QuotaExceededError") throw trouble;
  const own = /** @type {any} */ ({ objectStore: () => store });
  const answered = (/** @type {any} */ result) => {
    const request = /** @type {any} */ ({ result });
    queueMicrotask(() => request.onsuccess?.());
    return request;
  };
  /** @type {[string, any][]} */
  const puts = [];
  const store = {
    get: (/** @type {string} */ id) => answered(stored.get(id)),
    getAll: () => answered([...stored.values()].map((value) => structuredClone(value))),
    put: (/** @type {any} */ value) => puts.push([value.id, structuredClone(value)]),
    delete: (/** @type {string} */ id) => stored.delete(id),
  };
  setTimeout(() => {
    if (trouble && puts.length > 0) {
      own.error = trouble;
      own.onabort();
      return;
    }
    for (const [id, value] of puts) stored.set(id, value);
    own.oncomplete();
  });
  return own;
}

const { Saving } = await import("../../www/teach/saving.js");
const { newDocument, newProject } = await import("../../www/teach/project.js");
const { speak } = await import("../../www/shared/i18n.js");
speak("teach", "en");

beforeEach(() => {
  stored.clear();
  elements.clear();
  trouble = null;
});

/** A tab that shows a project with a text. */
function tab(project = newProject("Mine")) {
  const own = { shown: project, saving: /** @type {any} */ (null) };
  own.saving = new Saving(
    () => own.shown,
    () => {},
  );
  own.saving.keep(project);
  return own;
}

const marked = (/** @type {any} */ project) => {
  project.documents = [newDocument("The Argo sailed.")];
  return project;
};
const names = async (/** @type {any} */ { saving }) => (await saving.all()).map(({ name }) => name).sort();

test("whoever shows, trains or saves a project has the same object", async () => {
  const first = tab(marked(newProject("Ships")));
  first.saving.later();
  await first.saving.now();
  const [ships] = await first.saving.all();
  assert.equal(ships, first.shown);
  // A training goes on while another project is shown.
  first.shown = marked(newProject("Goods"));
  first.saving.keep(first.shown);
  ships.trained = [{ when: 1, marks: 1, figures: null, milliseconds: 1 }];
  first.saving.later(ships);
  await first.saving.now();
  const again = (await first.saving.all()).find(({ name }) => name === "Ships");
  assert.equal(again, ships);
  assert.equal(again.trained.length, 1);
  again.types = [{ name: "SHIP", colour: 0 }];
  first.saving.later(again);
  await first.saving.now();
  assert.deepEqual(await names(first), ["Goods", "Ships"]);
});

test("what is deleted stays deleted, whatever ends later", async () => {
  const own = tab(marked(newProject("Ships")));
  const ships = own.shown;
  own.saving.later();
  await own.saving.now();
  await own.saving.remove(ships);
  own.shown = newProject("Other");
  own.saving.later(ships);
  await own.saving.now();
  assert.equal(stored.size, 0);
  assert.deepEqual(await names(own), []);
});

test("without a database projects live as long as the page", async () => {
  trouble = new Error("it is blocked");
  const own = tab(marked(newProject("Ships")));
  own.saving.later();
  await own.saving.now();
  own.shown = newProject("Untouched");
  own.saving.keep(own.shown);
  assert.deepEqual(await names(own), ["Ships", "Untouched"]);
  own.shown = newProject("Goods");
  own.saving.keep(own.shown);
  assert.deepEqual(await names(own), ["Goods", "Ships"]);
  assert.equal(elements.get("notice").hidden, false);
});

test("where the disk is full, room may come, and then the notice goes", async () => {
  const own = tab(marked(newProject("Ships")));
  trouble = new DOMException("full", "QuotaExceededError");
  own.saving.later();
  await own.saving.now();
  assert.equal(elements.get("notice").hidden, false);
  assert.deepEqual(await names(own), ["Ships"]);
  trouble = null;
  await own.saving.now();
  assert.equal(stored.size, 1);
  assert.equal(elements.get("notice").hidden, true);
});

test("what another tab has changed is taken, and never overwritten", async () => {
  const first = tab(marked(newProject("Ships")));
  first.saving.later();
  await first.saving.now();
  const second = tab();
  const theirs = (await second.saving.all()).find(({ name }) => name === "Ships");
  second.shown = theirs;
  // The first tab looks at something else meanwhile.
  const ships = first.shown;
  first.shown = newProject("Other");
  theirs.types = [{ name: "SHIP", colour: 0 }];
  second.saving.later();
  await second.saving.now();
  await first.saving.all();
  assert.deepEqual(ships.types, theirs.types);
  // Both change it.
  theirs.name = "Theirs";
  second.saving.later();
  await second.saving.now();
  ships.name = "Ours";
  first.saving.later(ships);
  await first.saving.now();
  assert.equal(stored.size, 2);
  assert.equal([...stored.values()].filter(({ name }) => name === "Theirs").length, 1);
});
