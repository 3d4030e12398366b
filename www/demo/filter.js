// Which entities are wanted: those with enough confidence, of the types that are switched on.

export class Filter {
  threshold = 0;
  #off = new Set();

  /** Says whether an entity is to be shown, listed, counted and exported. */
  keeps(entity) {
    return entity.score >= this.threshold && !this.#off.has(entity.type);
  }

  /** "shown", "weak" (too little confidence) or "off" (its type is switched off). */
  state(entity) {
    if (this.#off.has(entity.type)) return "off";
    return entity.score >= this.threshold ? "shown" : "weak";
  }

  /** The types that are switched off. */
  get off() {
    return [...this.#off];
  }

  set off(types) {
    this.#off = new Set(types);
  }

  isOn(type) {
    return !this.#off.has(type);
  }

  toggle(type) {
    if (!this.#off.delete(type)) this.#off.add(type);
  }
}
