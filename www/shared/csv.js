// Comma-separated values, as RFC 4180 has them.

/** @typedef {(string | number | null | undefined)[]} Row */

/**
 * A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe, as spreadsheets
 * themselves write text. Numbers stay numbers, those below zero too.
 * @param {string | number | null | undefined} value
 */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? "") ? `'${value}` : (value ?? "");
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of a file. */
export const toCsvLine = (/** @type {Row} */ row) => `${row.map(cell).join(",")}\r\n`;

/** A whole file. */
export const toCsv = (/** @type {Row[]} */ rows) => rows.map(toCsvLine).join("");
