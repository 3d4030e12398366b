// Figures as texts.

const MINUS = "\u2212";

/** A figure with four decimals; a difference has its sign. */
export const number = (/** @type {number | undefined} */ value) =>
  value !== undefined && Number.isFinite(value) ? value.toFixed(4) : "\u2013";
/** With three decimals, where there is little room. */
export const short = (/** @type {number} */ value) => value.toFixed(3);
export const signed = (/** @type {number} */ value) =>
  Number.isFinite(value) ? `${value < 0 ? MINUS : "+"}${Math.abs(value).toFixed(4)}` : "\u2013";

/** A difference of shares in hundredths. */
export const points = (/** @type {number} */ value) => (100 * value).toFixed(Math.abs(value) < 0.0005 ? 2 : 1);
export const signedPoints = (/** @type {number} */ value) => `${value < 0 ? MINUS : "+"}${points(Math.abs(value))}`;

/** A share in percent, with as many places as small ones need. */
export const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(2)} %`;

/** From where to where; of negative numbers, with words between. */
export const range = (/** @type {{ low: number, high: number }} */ { low, high }) =>
  `${number(low)} \u2013 ${number(high)}`;
