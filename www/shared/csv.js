// Comma-separated values, as RFC 4180 has them.

/** @typedef {(string | number | null | undefined)[]} Row */

/**
 * A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe, as spreadsheets
 * themselves write text, and all texts are quoted, for there are spreadsheets that take semicolons or tabs for the ends
 * of cells. Numbers stay numbers, those below zero too.
 * @param {string | number | null | undefined} value
 */
function cell(value) {
  if (typeof value === "number") return String(value);
  if (!value) return "";
  const text = /^\s*[=+\-@]|^[\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}

/** One line of a file. */
export const toCsvLine = (/** @type {Row} */ row) => `${row.map(cell).join(",")}\r\n`;

/** A whole file. */
export const toCsv = (/** @type {Row[]} */ rows) => rows.map(toCsvLine).join("");
