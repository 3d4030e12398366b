// The public interface of pkg/reports.js: the trainer's metrics. Documents come
// and go as JSON text, as they are stored; what is malformed is thrown as an
// Error that names what was found and what was expected.

/** Loads the wasm module; once, before the others. */
export function start(): Promise<void>;
/**
 * What a file is, all of it checked. JSON: {"kind": "report", "figures"} with the headline figures by name,
 * {"kind": "sample" | "redaction"}, or {"kind": "foreign", "program", "accuracy", "loss", "words", "entities"} of what
 * scikit-learn, seqeval, the Trainer, conlleval or nervaluate wrote.
 */
export function checkFile(text: string): string;
/** The differences between two reports on the same sentences, with intervals by a paired bootstrap. */
export function compareReports(a: string, b: string, seed: number, resamples: number): string;
/** The sentences that at least one of two reports on the same sentences gets wrong. */
export function listErrors(a: string, b: string): string;
/** The entities of a report by type: figures with intervals by a bootstrap, and kinds of error. */
export function breakDown(report: string, seed: number, resamples: number): string;
/** Judges predictions of a sample; `predicted` is a list of tags for each of its sentences. */
export function judgeSample(sample: string, predicted: string): string;
