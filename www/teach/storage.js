// Projects in IndexedDB, whole and one by one. A project has a revision: what another tab has saved is not overwritten.

const DATABASE = "nerite-projects";
const STORE = "projects";

/** A database that does not answer for so long, in milliseconds, is not waited for. */
const ANSWERS_WITHIN = 5000;

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @typedef {import("./project.js").Project} Project */

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    const late = setTimeout(() => reject(new Error("the browser's database does not answer")), ANSWERS_WITHIN);
    request.onsuccess = () => {
      clearTimeout(late);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the database is blocked"));
  });
  // Whoever asks later may be luckier.
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/**
 * Runs requests in one transaction; resolves with what `ask` gives once all of it is on disk.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore, answer: (found: T) => void) => void} ask
 * @returns {Promise<T>}
 */
async function transact(mode, ask) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode);
    /** @type {T} */
    let answer;
    ask(transaction.objectStore(STORE), (found) => {
      answer = found;
    });
    transaction.oncomplete = () => resolve(answer);
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });
}

/**
 * All projects, those that were changed last first.
 * @returns {Promise<Project[]>}
 */
export const projects = () =>
  transact("readonly", (store, answer) => {
    const request = store.getAll();
    request.onsuccess = () => {
      /** @type {Project[]} */
      const found = request.result;
      answer(found.sort((a, b) => b.changed - a.changed));
    };
  });

/**
 * Saves a project; false, and nothing is changed, if another tab has saved it since.
 * @param {Project} project
 * @returns {Promise<boolean>}
 */
export const save = (project) =>
  transact("readwrite", (store, answer) => {
    const request = store.get(project.id);
    request.onsuccess = () => {
      const known = request.result;
      if (known && known.revision !== project.revision) {
        answer(false);
        return;
      }
      store.put({ ...project, revision: project.revision + 1 });
      answer(true);
    };
  });

/**
 * @param {string} id
 * @returns {Promise<void>}
 */
export const remove = (id) => transact("readwrite", (store) => void store.delete(id));
