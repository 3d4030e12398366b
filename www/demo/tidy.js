// What the text of a document is at last.

/**
 * Without blanks at the ends of lines, and with one blank line at most.
 * @param {string} text
 */
export function tidy(text) {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
