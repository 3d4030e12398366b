/**
 * Runs a task for the newest state only: never two at once, at most one waiting.
 * The task reads the state when it starts, so requests that come in while it runs fold into a single next run.
 * A run that has gone on for a while is stopped by a newer request; a short one is left to end, so that fast typing
 * never starves the result.
 */
export class Latest {
  /** How long a run may hold up a newer one, in milliseconds. */
  static PATIENCE = 400;

  #task;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {AbortController | null} */
  #running = null;
  #waiting = false;

  /** @param {(signal: AbortSignal) => Promise<void>} task must handle its own failures, an abort among them */
  constructor(task) {
    this.#task = task;
  }

  /**
   * Asks for a run after `delay` milliseconds without another request.
   * @param {number} delay
   */
  request(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), delay);
  }

  /** Stops what runs; nothing else starts by itself. */
  cancel() {
    clearTimeout(this.#timer);
    this.#waiting = false;
    this.#running?.abort();
  }

  async #run() {
    if (this.#running) {
      this.#waiting = true;
      const { signal } = this.#running;
      setTimeout(() => {
        if (this.#waiting && this.#running?.signal === signal) this.#running.abort();
      }, Latest.PATIENCE);
      return;
    }
    do {
      this.#waiting = false;
      this.#running = new AbortController();
      await this.#task(this.#running.signal);
    } while (this.#waiting);
    this.#running = null;
  }
}
