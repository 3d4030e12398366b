// Libraries by others: src/web/libraries.mjs makes www/libraries of what package-lock.json pins. Each is loaded when a
// file or a text asks for it. Types are those of what the pages use.

/**
 * @typedef {{ str: string, hasEOL: boolean, transform?: number[], height: number }} PdfText
 * @typedef {{ streamTextContent(): ReadableStream<{ items: PdfText[] }>, cleanup(): void }} PdfPage
 * @typedef {{ numPages: number, getPage(number: number): Promise<PdfPage> }} Pdf
 * @typedef {{
 *   getDocument(options: object): { promise: Promise<Pdf>, destroy(): Promise<void> },
 *   GlobalWorkerOptions: { workerSrc: string },
 * }} PdfLibrary
 * @typedef {{ parse: import("../demo/mail.js").Tools["parse"] }} MailLibrary
 * @typedef {{ francAll(text: string): [code: string, score: number][] }} LanguageLibrary
 */

/** @param {string} name */
const addressOf = (name) => new URL(`../libraries/${name}.js`, import.meta.url).href;

/** @returns {Promise<PdfLibrary>} */
export async function pdfLibrary() {
  const library = await import(addressOf("pdf"));
  library.GlobalWorkerOptions.workerSrc = addressOf("pdf.worker");
  return library;
}

/** @returns {Promise<MailLibrary>} */
export const mailLibrary = () => import(addressOf("mail"));

/** @returns {Promise<LanguageLibrary>} */
export const languageLibrary = () => import(addressOf("languages"));
