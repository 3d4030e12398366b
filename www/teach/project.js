// A project: types, texts with marks, and what has been done to them, to be undone and done again.

import { messageOf } from "../shared/dom.js";

/** Colours in style.css. */
const COLOURS = 12;
/** Steps that can be undone. */
const MOST_STEPS = 500;

/**
 * @typedef {{ start: number, end: number, type: string }} Mark offsets in UTF-16 code units
 * @typedef {{ id: string, text: string, marks: Mark[] }} Document
 * @typedef {{ name: string, colour: number }} Type
 * @typedef {import("../pkg/nerite.js").Trained["figures"]} Figures
 * @typedef {{ when: number, marks: number, figures: Figures, milliseconds: number }} Trained what a training has led to
 * @typedef {{
 *   id: string, revision: number, changed: number, name: string, types: Type[], documents: Document[],
 *   head: Uint8Array | null, trained: Trained[],
 * }} Project `head` is that of the last training
 * @typedef {Pick<Project, "types" | "documents">} State
 */

const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join("");

/**
 * What a type is called in tags: without spaces and control characters.
 * @param {string} name
 */
export const typeNamed = (name) =>
  name
    .trim()
    .replace(/[\s\p{C}]+/gu, "_")
    .slice(0, 40);

/**
 * @param {string} name
 * @returns {Project}
 */
export function newProject(name) {
  return {
    id: fresh(),
    revision: 0,
    changed: Date.now(),
    name,
    types: [],
    documents: [],
    head: null,
    trained: [],
  };
}

/**
 * Whether nothing has been done to a project yet.
 * @param {Project} project
 */
export const isUntouched = ({ revision, types, documents }) =>
  revision === 0 && types.length === 0 && documents.length === 0;

/**
 * A text with its marks. Line ends are those that a text box has, so that its offsets are those of the text.
 * @param {string} text
 * @param {Mark[]} marks
 * @returns {Document}
 */
export function newDocument(text, marks = []) {
  const plain = text.replace(/\r\n?/g, "\n");
  if (plain.length === text.length) return { id: fresh(), text: plain, marks };
  // Of each offset, how many characters before it went.
  const gone = new Uint32Array(text.length + 1);
  for (let at = 0; at < text.length; at++) gone[at + 1] = gone[at] + (text.startsWith("\r\n", at) ? 1 : 0);
  const moved = (/** @type {number} */ at) => at - gone[at];
  return {
    id: fresh(),
    text: plain,
    marks: marks.map((own) => ({ ...own, start: moved(own.start), end: moved(own.end) })),
  };
}

/**
 * Texts with those of a file. A text that is there already gets the file's marks where it has none: were it there twice,
 * a head would be judged on what it was fitted to.
 * @param {Document[]} documents
 * @param {Document[]} added
 */
export function withDocuments(documents, added) {
  const byText = new Map(documents.map((own) => [own.text, own]));
  let known = 0;
  for (const { id, text, marks } of added) {
    const own = byText.get(text);
    if (own) known += 1;
    const isFree = (/** @type {Mark} */ mark) => own?.marks.every((o) => o.end <= mark.start || mark.end <= o.start);
    const all = own ? [...own.marks, ...marks.filter(isFree)].sort((a, b) => a.start - b.start) : marks;
    byText.set(text, { id: own?.id ?? id, text, marks: all });
  }
  return { documents: [...byText.values()], known };
}

/**
 * Types with further ones, each in the colour that is used least.
 * @param {Type[]} types
 * @param {string[]} names as `typeNamed` makes them
 */
export function withTypes(types, names) {
  const uses = new Array(COLOURS).fill(0);
  for (const { colour } of types) uses[colour] += 1;
  const all = new Map(types.map((type) => [type.name, type]));
  for (const name of names) {
    if (!name || all.has(name)) continue;
    const colour = uses.indexOf(Math.min(...uses));
    uses[colour] += 1;
    all.set(name, { name, colour });
  }
  return [...all.values()];
}

/** The project on the page, and its past and future. */
export class History {
  /** @type {State[]} */
  #past = [];
  /** @type {State[]} */
  #future = [];

  /** @param {Project} project */
  constructor(project) {
    this.project = project;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /**
   * Changes types and texts; nothing in them is changed in place.
   * @param {Partial<State>} state
   */
  change({ types = this.project.types, documents = this.project.documents }) {
    this.#past.push({ types: this.project.types, documents: this.project.documents });
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
    Object.assign(this.project, { types, documents });
  }

  undo() {
    this.#move(this.#past, this.#future);
  }

  redo() {
    this.#move(this.#future, this.#past);
  }

  /**
   * @param {State[]} from
   * @param {State[]} to
   */
  #move(from, to) {
    const state = from.pop();
    if (!state) return;
    to.push({ types: this.project.types, documents: this.project.documents });
    Object.assign(this.project, state);
  }

  /**
   * Adds a type, in the colour that is used least.
   * @param {string} name
   */
  addType(name) {
    const types = withTypes(this.project.types, [typeNamed(name)]);
    if (types.length === this.project.types.length) return false;
    this.change({ types });
    return true;
  }

  /**
   * Takes a type away, and its marks.
   * @param {string} name
   */
  removeType(name) {
    this.change({
      types: this.project.types.filter((type) => type.name !== name),
      documents: this.project.documents.map((own) => ({
        ...own,
        marks: own.marks.filter(({ type }) => type !== name),
      })),
    });
  }

  /**
   * Puts a document in the place of the one of its id.
   * @param {Document} document
   */
  setDocument(document) {
    this.change({ documents: this.project.documents.map((own) => (own.id === document.id ? document : own)) });
  }
}

/**
 * Marks in order, with a new one, which takes the place of those that it touches.
 * @param {Mark[]} marks
 * @param {Mark} mark
 */
export function withMark(marks, mark) {
  const others = marks.filter(({ start, end }) => end <= mark.start || mark.end <= start);
  return [...others, mark].sort((a, b) => a.start - b.start);
}

/**
 * Marks in order; of those that touch one another the one that begins first, and of these the longest.
 * @param {Mark[]} marks
 */
function apart(marks) {
  let end = 0;
  return marks
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((mark) => {
      const isFree = mark.start >= end;
      if (isFree) end = mark.end;
      return isFree;
    });
}

/**
 * JSON lines of `{text, entities: [{start, end, type}]}`, offsets in characters as Python counts them.
 * @param {Pick<Project, "documents">} project
 */
export function toJsonLines({ documents }) {
  const lines = documents.map(({ text, marks }) => {
    // Characters before each code unit.
    const characters = new Uint32Array(text.length + 1);
    let count = 0;
    for (let at = 0; at < text.length; count++) {
      const next = at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
      characters.fill(count + 1, at + 1, next + 1);
      at = next;
    }
    const entities = marks.map(({ start, end, type }) => ({ start: characters[start], end: characters[end], type }));
    return JSON.stringify({ text, entities });
  });
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Whether a file is of such lines, as this page writes them.
 * @param {string} text
 */
export function isJsonLines(text) {
  try {
    const { text: first, entities } = JSON.parse(text.trimStart().split("\n", 1)[0]);
    const isOwn = (/** @type {any} */ own) => Number.isInteger(own?.start) && typeof own.type === "string";
    return typeof first === "string" && Array.isArray(entities) && entities.every(isOwn);
  } catch {
    return false;
  }
}

/**
 * CoNLL: a word and its tag on each line, an empty line behind each sentence. `words` has those of each document, with the
 * number of their sentence; a word has the tag of the mark that it touches, as in a training.
 * @param {Pick<Project, "documents">} project
 * @param {{ start: number, end: number, sentence: number }[][]} words
 */
export function toConll({ documents }, words) {
  /** @type {string[]} */
  const lines = [];
  documents.forEach(({ text, marks }, index) => {
    lines.push("-DOCSTART-\tO", "");
    /** @type {number | null} */
    let sentence = null;
    /** @type {Mark | null} */
    let open = null;
    for (const word of words[index]) {
      if (sentence !== null && word.sentence !== sentence) {
        lines.push("");
        open = null;
      }
      sentence = word.sentence;
      const mark = marks.find(({ start, end }) => start < word.end && word.start < end) ?? null;
      const tag = mark ? `${mark === open ? "I" : "B"}-${mark.type}` : "O";
      open = mark;
      lines.push(`${text.slice(word.start, word.end).replace(/\s+/g, "_")}\t${tag}`);
    }
    if (words[index].length > 0) lines.push("");
  });
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Documents and types of what the package has read of a labelled file.
 * @param {import("../pkg/nerite.js").Labelled} labelled
 */
export function fromLabelled({ documents = [] }) {
  /** @type {Set<string>} */
  const types = new Set();
  const named = documents.map(({ text, marks }) => {
    const own = marks.map(({ start, end, type }) => ({ start, end, type: typeNamed(type) }));
    for (const { type } of own) types.add(type);
    return newDocument(text, own);
  });
  return { types: [...types], documents: named };
}

/**
 * Documents and types of such lines; throws an error that names the line.
 * @param {string} json
 */
export function fromJsonLines(json) {
  /** @type {Set<string>} */
  const types = new Set();
  const documents = json.split("\n").flatMap((line, index) => {
    if (!line.trim()) return [];
    /** @param {string} what */
    const refusal = (what) => new Error(`line ${index + 1}: ${what}`);
    let value;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw refusal(messageOf(error));
    }
    if (typeof value?.text !== "string") throw refusal('found no "text", expected {"text", "entities"}');
    const units = [0];
    for (const character of value.text) units.push(units[units.length - 1] + character.length);
    /** @type {Mark[]} */
    const marks = [];
    for (const { start, end, type } of value.entities ?? []) {
      const name = typeNamed(String(type ?? ""));
      const isRight = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end;
      if (!isRight || end >= units.length || !name) throw refusal("found an entity that does not lie in its text");
      types.add(name);
      marks.push({ start: units[start], end: units[end], type: name });
    }
    return [newDocument(value.text, apart(marks))];
  });
  return { types: [...types], documents };
}
