// Figures as texts.

/** A figure with four decimals; a difference has its sign. */
export const number = (/** @type {number | undefined} */ value) =>
  value !== undefined && Number.isFinite(value) ? value.toFixed(4) : "\u2013";
export const signed = (/** @type {number} */ value) =>
  Number.isFinite(value) ? `${value < 0 ? "\u2212" : "+"}${Math.abs(value).toFixed(4)}` : "\u2013";
