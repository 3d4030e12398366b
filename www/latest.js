/**
 * Runs a task for the newest state only: never two at once, at most one waiting.
 * The task reads the state when it starts, so requests that come in while it runs fold into a single next run.
 */
export class Latest {
  #task;
  #timer;
  #running = false;
  #waiting = false;

  /** @param {() => Promise<void>} task must handle its own failures */
  constructor(task) {
    this.#task = task;
  }

  /** Asks for a run after `delay` milliseconds without another request. */
  request(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), delay);
  }

  async #run() {
    if (this.#running) {
      this.#waiting = true;
      return;
    }
    this.#running = true;
    do {
      this.#waiting = false;
      await this.#task();
    } while (this.#waiting);
    this.#running = false;
  }
}
