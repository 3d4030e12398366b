// Cross-validation by two workers: every fold once, whoever fits it, and what happens when one of them fails.

import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutEngine } from "./without-engine.js";

const { Trainer, NeriteError } = await withoutEngine("nerite.js");

const FOLDS = 5;
const DOCUMENTS = [{ text: "Argo sailed.", marks: [{ start: 0, end: 4, type: "SHIP" }] }];

/**
 * A worker that fits by waiting; its heads are the number of their fold.
 * @param {(task: string, input: any) => void} [fail]
 */
function worker(fail = () => {}) {
  const own = {
    /** @type {unknown} */
    failure: null,
    /** @type {any[]} */
    asked: [],
    stopped: false,
    /**
     * @param {string} task
     * @param {any} input
     * @param {(told: object) => void} [progress]
     */
    async ask(task, input, progress) {
      if (own.failure) throw own.failure;
      own.asked.push({ task, ...input });
      fail(task, input);
      if (task === "stop") own.stopped = true;
      if (task === "beginLesson") return { added: [], folds: FOLDS };
      if (task === "judgeHeads") return { head: input.head, figures: input.heads };
      if (task !== "fit") return undefined;
      progress?.({ done: 1, total: 2, loss: 1 });
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (own.stopped) throw new NeriteError("stopped", "the training was stopped");
      return { head: input.without ?? "all", losses: [1, 1] };
    },
    /** @param {unknown} reason */
    end(reason) {
      own.failure ??= reason;
    },
  };
  return own;
}

/** @param {any[]} workers the first one, and what is started after it */
function trainerOf([first, ...others], isAlone = false) {
  const start = async () => others.shift() ?? assert.fail("one more worker was started");
  return new Trainer(first, start, isAlone);
}

const folds = (/** @type {any} */ { asked }) =>
  asked.filter((/** @type {any} */ { without }) => without !== undefined).map((/** @type {any} */ own) => own.without);
const all = Array.from({ length: FOLDS }, (_, part) => part);

test("two workers share the folds", async () => {
  const [one, two] = [worker(), worker()];
  /** @type {any[]} */
  const told = [];
  const trainer = trainerOf([one, two]);
  const { figures } = await trainer.train(DOCUMENTS, { types: ["SHIP"], onProgress: (own) => told.push(own) });
  assert.deepEqual(figures, all);
  assert.ok(folds(one).length > 0 && folds(two).length > 0);
  assert.deepEqual([...folds(one), ...folds(two)].sort(), all);
  const judged = told.filter(({ stage }) => stage === "judge");
  assert.ok(judged.every(({ done, total }, at) => total === 2 * FOLDS && done >= (judged[at - 1]?.done ?? 0)));
});

test("one worker does it alone, and where the other one fails", async () => {
  const alone = worker();
  await trainerOf([alone], true).train(DOCUMENTS, { types: ["SHIP"] });
  assert.deepEqual(folds(alone), all);
  for (const failing of ["beginLesson", "fit"]) {
    const [one, two] = [worker(), worker((task) => task === failing && outOfMemory())];
    const trainer = trainerOf([one, two]);
    for (const _ of [1, 2]) {
      one.asked.length = 0;
      const { figures } = await trainer.train(DOCUMENTS, { types: ["SHIP"] });
      assert.deepEqual(figures, all);
      assert.deepEqual(folds(one).sort(), all);
    }
    assert.ok(two.failure);
  }
});

test("where the first worker fails, one that is still starting has nothing to do", async () => {
  const crash = new NeriteError("crash", "unreachable");
  const one = worker((task, { without }) => {
    if (task !== "fit" || without === undefined) return;
    one.failure = crash;
    throw crash;
  });
  const two = worker();
  const late = new Promise((resolve) => setTimeout(() => resolve(two), 20));
  const trainer = new Trainer(one, () => late, false);
  await assert.rejects(trainer.train(DOCUMENTS, { types: ["SHIP"] }), { code: "crash" });
  assert.deepEqual(folds(two), []);
});

/** @returns {never} */
function outOfMemory() {
  throw new NeriteError("memory", "out of memory");
}

test("an error of the user's own ends it, and the next training works", async () => {
  const [one, two] = [worker(), worker()];
  const trainer = trainerOf([one, two, worker(), worker()]);
  const onProgress = (/** @type {any} */ { stage }) => {
    if (stage !== "judge") return;
    // As a handle does whose asker throws.
    one.failure = new RangeError("mine");
    throw one.failure;
  };
  await assert.rejects(trainer.train(DOCUMENTS, { types: ["SHIP"], onProgress }), RangeError);
  const { figures } = await trainer.train(DOCUMENTS, { types: ["SHIP"] }).catch((error) => ({ figures: error }));
  assert.deepEqual(figures, all);
});

test("options that there are not, and those of another kind, are refused by name", async () => {
  for (const [options, named] of /** @type {[any, RegExp][]} */ ([
    [{ types: ["SHIP"], onprogress: () => {} }, /options\.onprogress: there is no such option/],
    [{ types: ["SHIP"], seed: -1 }, /options\.seed: .* expected a whole number/],
    [{ types: ["SHIP"], judge: "no" }, /options\.judge: .* expected true or false/],
    [{ types: "SHIP" }, /options\.types: .* expected a list/],
    [{ types: [] }, /found no types/],
    [undefined, /found no types/],
    [null, /found null for options/],
  ])) {
    const one = worker();
    const isRefused = (/** @type {any} */ error) =>
      error instanceof NeriteError && error.code === "input" && named.test(error.message);
    await assert.rejects(trainerOf([one]).train(DOCUMENTS, options), isRefused);
    assert.deepEqual(one.asked, []);
  }
});

test("what is stopped, or freed, ends", async () => {
  const stop = new AbortController();
  const [one, two] = [worker(), worker()];
  const onProgress = () => stop.abort();
  const trained = trainerOf([one, two]).train(DOCUMENTS, { types: ["SHIP"], onProgress, signal: stop.signal });
  await assert.rejects(trained, { name: "AbortError" });
  const [lead, late] = [worker(), worker()];
  const trainer = trainerOf([lead, late]);
  const freed = trainer.train(DOCUMENTS, { types: ["SHIP"], onHead: () => queueMicrotask(() => trainer.free()) });
  await assert.rejects(freed, { code: "freed" });
  assert.ok(lead.failure && late.failure);
});
