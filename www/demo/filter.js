// Which entities are wanted: those with enough confidence, of the types that are switched on.

export class Filter {
  threshold = 0;
  /** @type {Set<string>} */
  #off = new Set();

  /**
   * Says whether an entity is to be shown, listed, counted and exported.
   * @param {Pick<import("../pkg/nerite.js").Entity, "score" | "type">} entity
   */
  keeps(entity) {
    return entity.score >= this.threshold && !this.#off.has(entity.type);
  }

  /**
   * "shown", "weak" (too little confidence) or "off" (its type is switched off).
   * @param {Pick<import("../pkg/nerite.js").Entity, "score" | "type">} entity
   */
  state(entity) {
    if (this.#off.has(entity.type)) return "off";
    return entity.score >= this.threshold ? "shown" : "weak";
  }

  /**
   * The types that are switched off.
   * @returns {string[]}
   */
  get off() {
    return [...this.#off];
  }

  set off(types) {
    this.#off = new Set(types);
  }

  /** @param {string} type */
  isOn(type) {
    return !this.#off.has(type);
  }

  /** @param {string} type */
  toggle(type) {
    if (!this.#off.delete(type)) this.#off.add(type);
  }
}
