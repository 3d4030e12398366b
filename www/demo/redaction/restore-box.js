// An answer that holds placeholders, with the values put back.

import { byId, label, messageOf } from "../../shared/dom.js";
import { formatNumber, t } from "../../shared/i18n.js";

/** Pause in typing, in milliseconds. */
const PAUSE = 150;
/** A longer answer is not read. */
const LONGEST = 5_000_000;

export class RestoreBox {
  #answer = byId("answer");
  #restored = byId("restored");
  #state = byId("restore-state");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = 0;
  #say = () => "";
  #redaction;

  /** @param {() => import("../../pkg/nerite.js").Redaction | null} redaction whose values are put back */
  constructor(redaction) {
    this.#redaction = redaction;
    this.#answer.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), PAUSE);
    });
    byId("restored-copy").addEventListener("click", async () => {
      const copied = await navigator.clipboard?.writeText(this.#restored.value).then(
        () => true,
        () => false,
      );
      this.#tell(() => t(copied ? "copied" : "copy-failed"));
    });
  }

  /** Puts the values back that there are now. */
  async refresh() {
    const own = ++this.#asked;
    const answer = this.#answer.value;
    const redaction = this.#redaction();
    byId("restored-copy").disabled = true;
    if (answer === "" || !redaction) {
      this.#restored.value = "";
      return this.#tell(() => "");
    }
    if (answer.length > LONGEST) {
      const [count, limit] = [answer.length, LONGEST];
      return this.#tell(() => t("text-too-long", { count: formatNumber(count), limit: formatNumber(limit) }));
    }
    try {
      const restored = await redaction.restore(answer);
      if (own !== this.#asked) return;
      this.#restored.value = restored;
      byId("restored-copy").disabled = false;
      this.#tell(() => (restored === answer ? t("restore-nothing") : ""));
    } catch (error) {
      if (own === this.#asked) this.#tell(() => label(messageOf(error), 400));
    }
  }

  translate() {
    this.#state.textContent = this.#say();
  }

  /** @param {() => string} make */
  #tell(make) {
    this.#say = make;
    this.#state.textContent = make();
  }
}
