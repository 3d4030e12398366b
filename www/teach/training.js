// A training, its progress, and the figures and curves that come of it.

import { byId, messageOf } from "../shared/dom.js";
import { duration, t } from "../shared/i18n.js";
import { engine, OWN } from "./engine.js";
import { curve, percent, table } from "./figures.js";

/**
 * @typedef {import("../pkg/nerite.js").Trainer} Trainer
 * @typedef {import("./project.js").Project} Project
 */

/** How often the progress of a training is drawn, in milliseconds. */
const DRAWN_EVERY = 250;

export class Training {
  /** @type {Trainer | null} */
  #trainer = null;
  /** @type {AbortController | null} */
  #running = null;
  /**
   * Losses of the training that goes on, or was the last one.
   * @type {number[]}
   */
  #losses = [];

  get isRunning() {
    return this.#running !== null;
  }

  stop() {
    this.#running?.abort();
  }

  /**
   * Fits a head to the marks of a project, and notes in it what came of that.
   * @param {Project} project
   * @param {(head: Uint8Array) => Promise<void>} take gets the head, as soon as there is one and once more at the end
   */
  async run(project, take) {
    const documents = project.documents.filter(({ marks }) => marks.length > 0);
    const marks = documents.reduce((sum, { marks }) => sum + marks.length, 0);
    const types = project.types
      .map(({ name }) => name)
      .filter((name) => documents.some((one) => one.marks.some(({ type }) => type === name)));
    const stop = new AbortController();
    this.#running = stop;
    this.#losses = [];
    byId("stop").hidden = byId("progress").hidden = false;
    try {
      const known = await engine();
      this.#trainer ??= await known.trainer({ signal: stop.signal });
      // The head that knows most is the one that a bundle begins with.
      const able = known.heads.filter(({ id, kind }) => id !== OWN && kind === "context");
      const trained = await this.#trainer.train(documents, {
        types,
        from: (able.find(({ id }) => id === known.defaultHead) ?? able[0])?.id,
        signal: stop.signal,
        onProgress: this.#follow(project),
        onHead: ({ head, milliseconds }) => {
          byId("status").textContent = t("head-ready", { time: duration(milliseconds) });
          take(head);
        },
      });
      await take(trained.head);
      this.#losses = trained.losses;
      const { figures, milliseconds, allMilliseconds, folds, added } = trained;
      project.trained.push({ when: Date.now(), marks, figures, milliseconds: allMilliseconds });
      const widened = added.reduce((sum, added) => sum + added.widened, 0);
      const times = { time: duration(milliseconds), all: duration(allMilliseconds) };
      byId("status").textContent = t("trained", { ...times, folds, widened });
    } catch (error) {
      byId("status").textContent = stop.signal.aborted ? t("stopped") : t("failed", { reason: messageOf(error) });
      const code = error instanceof Error && "code" in error ? error.code : null;
      // After a crash, a trainer starts a fresh worker itself.
      if (code === "freed") this.#trainer = null;
    }
    this.#running = null;
    byId("stop").hidden = byId("progress").hidden = true;
  }

  /**
   * Makes what shows the progress, and how much time is left of each stage.
   * @param {Project} project
   * @returns {NonNullable<import("../pkg/nerite.js").TrainOptions["onProgress"]>}
   */
  #follow(project) {
    /** @type {Map<string, { start: number, from: number }>} */
    const begun = new Map();
    let drawn = 0;
    return ({ stage, done, total, loss }) => {
      if (loss !== undefined && stage === "fit") this.#losses.push(loss);
      const now = performance.now();
      if (now - drawn < DRAWN_EVERY) return;
      drawn = now;
      const { start, from } = begun.get(stage) ?? { start: now, from: done };
      if (!begun.has(stage)) begun.set(stage, { start, from });
      const left = done > from ? ((now - start) / (done - from)) * (total - done) : 0;
      byId("progress").value = done / total;
      byId("status").textContent = t(`stage-${stage}`, { left: duration(left) });
      if (stage === "fit") this.show(project);
    };
  }

  /**
   * Shows what the trainings of a project have led to.
   * @param {Project} project
   */
  show({ trained }) {
    const last = trained[trained.length - 1];
    byId("figures").replaceChildren(...(last?.figures ? [table(last.figures)] : []));
    /** @type {import("./figures.js").Point[]} */
    const points = trained.flatMap(({ marks, figures }) => (figures?.[0] ? [[marks, figures[0].f1]] : []));
    /** @type {import("./figures.js").Point[]} */
    const losses = this.#losses.map((loss, step) => [step + 1, loss]);
    const curves = [];
    if (losses.length > 1) curves.push(curve(t("loss"), losses, (value) => value.toFixed(3)));
    const inOrder = points.sort((a, b) => a[0] - b[0]);
    if (points.length > 0) curves.push(curve(t("learning-curve"), inOrder, percent));
    byId("curves").replaceChildren(...curves);
  }
}
