// A training, its progress, and the figures and curves that come of it.

import { byId, messageOf } from "../shared/dom.js";
import { duration, t } from "../shared/i18n.js";
import { engine, OWN } from "./engine.js";
import { curve, percent, table } from "./figures.js";

/**
 * @typedef {import("../pkg/nerite.js").Trainer} Trainer
 * @typedef {import("./project.js").Project} Project
 */

/**
 * The head that a training begins with. The general one knows more texts, but is wider: to go on from all of it takes
 * twice as long, which is the user's choice. Little text teaches a last layer on what it knows, and that is quick.
 */
const QUICK = "best";
const GENERAL = "general";
/** Texts of fewer words, some thirty sentences, teach no more than a last layer. */
const FEW_WORDS = 600;
/** How often the progress of a training is drawn, in milliseconds. */
const DRAWN_EVERY = 250;

/**
 * Rejects once `signal` is aborted.
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
const stopped = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

export class Training {
  /** @type {Trainer | null} */
  #trainer = null;
  /** @type {AbortController | null} */
  #running = null;
  /**
   * The project of the training that goes on, or was the last one, and its losses.
   * @type {{ project: Project | null, losses: number[] }}
   */
  #latest = { project: null, losses: [] };
  #shown;

  /** @param {() => Project} shown the project on the page */
  constructor(shown) {
    this.#shown = shown;
  }

  get isRunning() {
    return this.#running !== null;
  }

  stop() {
    this.#running?.abort();
  }

  /**
   * Stops the training of a project, if it is the one that goes on.
   * @param {Project} project
   */
  stopThatOf(project) {
    if (this.#latest.project === project) this.stop();
  }

  /**
   * Says how the training of a project is going.
   * @param {Project} project
   * @param {string} text
   */
  #say(project, text, place = byId("status")) {
    place.textContent = project === this.#shown() ? text : `${project.name}: ${text}`;
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
    const { signal } = stop;
    this.#running = stop;
    this.#latest = { project, losses: [] };
    const start = performance.now();
    let hasHead = false;
    /** @param {Uint8Array} head */
    const takeIt = async (head) => {
      hasHead = true;
      await take(head);
    };
    byId("progress").value = 0;
    byId("stop").hidden = byId("progress").hidden = byId("progress-text").hidden = false;
    try {
      // The download goes on for whoever wants the model next.
      const known = await Promise.race([engine(), stopped(signal)]);
      this.#trainer ??= await known.trainer({ signal });
      const able = known.heads.filter(({ id, kind }) => id !== OWN && kind === "context");
      const words = documents.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
      const isFew = words < FEW_WORDS;
      const wanted = isFew || byId("effort").value === "thorough" ? GENERAL : QUICK;
      const begun = able.find(({ id }) => id === wanted) ?? able[0];
      const trained = await this.#trainer.train(documents, {
        types,
        ...(begun && { from: begun.id, lastLayer: isFew }),
        signal,
        onProgress: this.#follow(project),
        onHead: ({ head, milliseconds }) => {
          this.#say(project, t("head-ready", { time: duration(milliseconds) }));
          // Should it fail, the end says so.
          takeIt(head).catch(() => {});
        },
      });
      await takeIt(trained.head);
      this.#latest.losses = trained.losses;
      const { figures, milliseconds, allMilliseconds, folds, added } = trained;
      project.trained.push({ when: Date.now(), marks, figures, milliseconds: allMilliseconds });
      const widened = added.reduce((sum, added) => sum + added.widened, 0);
      const times = { time: duration(milliseconds), all: duration(allMilliseconds) };
      const outcome = figures ? t("trained", { ...times, folds }) : t("trained-unjudged", times);
      this.#say(project, widened > 0 ? `${outcome} ${t("widened", { widened })}` : outcome);
    } catch (error) {
      if (hasHead)
        project.trained.push({ when: Date.now(), marks, figures: null, milliseconds: performance.now() - start });
      const why = hasHead ? "stopped-judging" : "stopped";
      this.#say(project, signal.aborted ? t(why) : t("failed", { reason: messageOf(error) }));
      const code = error instanceof Error && "code" in error ? error.code : null;
      // After a crash, a trainer starts a fresh worker itself.
      if (code === "freed") this.#trainer = null;
    }
    this.#running = null;
    if (document.activeElement === byId("stop")) byId("marking").focus();
    byId("stop").hidden = byId("progress").hidden = byId("progress-text").hidden = true;
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
      if (loss !== undefined && stage === "fit") this.#latest.losses.push(loss);
      const now = performance.now();
      if (now - drawn < DRAWN_EVERY) return;
      drawn = now;
      const { start, from } = begun.get(stage) ?? { start: now, from: done };
      if (!begun.has(stage)) begun.set(stage, { start, from });
      const left = done > from ? duration(((now - start) / (done - from)) * (total - done)) : null;
      byId("progress").value = done / total;
      // Not in a live region: it changes several times in a second.
      const said = t(`stage-${stage}`);
      this.#say(project, left ? t("stage-left", { stage: said, left }) : said, byId("progress-text"));
      if (stage === "fit" && project === this.#shown()) this.show(project);
    };
  }

  /**
   * Shows what the trainings of a project have led to.
   * @param {Project} project
   */
  show(project) {
    const { trained } = project;
    const last = trained[trained.length - 1];
    byId("figures").replaceChildren(...(last?.figures ? [table(last.figures)] : []));
    /** @type {import("./figures.js").Point[]} */
    const points = trained.flatMap(({ marks, figures }) => (figures?.[0] ? [[marks, figures[0].f1]] : []));
    /** @type {import("./figures.js").Point[]} */
    const losses = (this.#latest.project === project ? this.#latest.losses : []).map((loss, step) => [step + 1, loss]);
    const curves = [];
    if (losses.length > 1) curves.push(curve(t("loss"), losses, (value) => value.toFixed(3)));
    const inOrder = points.sort((a, b) => a[0] - b[0]);
    if (points.length > 0) curves.push(curve(t("learning-curve"), inOrder, percent));
    byId("curves").replaceChildren(...curves);
  }
}
