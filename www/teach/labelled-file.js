// Labelled files as texts with marks: those of this page, and those of other programs.

import { readLabelled } from "../pkg/nerite.js";
import { megabytes, t } from "../shared/i18n.js";
import { fromJsonLines, fromLabelled, isJsonLines } from "./project.js";

/** A file of texts may have so many bytes: a browser keeps them whole. */
const LARGEST_FILE = 50_000_000;

/**
 * What a file holds: of this page's own lines as it was, of any other labelled file by the trainer's own readers.
 * @param {File} file
 */
export async function read(file) {
  if (file.size > LARGEST_FILE)
    throw new Error(t("import-too-large", { size: megabytes(file.size), limit: megabytes(LARGEST_FILE) }));
  const labelled = async () => fromLabelled(await readLabelled(file, { texts: true }));
  if (!isJsonLines(await file.slice(0, 1 << 20).text())) return labelled();
  try {
    return fromJsonLines(await file.text());
  } catch (error) {
    return labelled().catch(() => {
      throw error;
    });
  }
}
