// Whether a text is one that the model was made for: its letters, and its language.

import { languageLibrary } from "../shared/libraries.js";

/** Below this many letters nothing is said. */
const FEWEST = 24;
/** Languages are told apart from so many letters on, and then by so much. */
const FEWEST_OF_LANGUAGE = 120;
const MARGIN = 0.1;
/** No more of a text is looked at, in UTF-16 code units. */
export const MOST = 4000;
/** The part of the letters that may be of scripts that the model does not know. */
const MOST_OTHERS = 0.3;

/** Fewer words say nothing of a vocabulary. */
const FEWEST_WORDS = 12;
/** The part of words that may be unknown. */
const MOST_UNKNOWN = 0.3;
/**
 * How many subwords a word may have on average. Measured with the models of the site: English, also of chats and
 * contracts, has 1.0 to 1.5 under an English vocabulary, other languages in Latin letters 1.9 to 2.8 (those that a model
 * was made for too, where its vocabulary is English), letters at random 3.8 and more.
 */
const MOST_SUBWORDS = { english: 1.85, other: 3 };

const SCRIPTS = ["Latn", "Hang", "Kana", "Hani", "Cyrl", "Arab", "Hebr", "Grek", "Deva", "Thai"];
/** @type {[script: string, test: RegExp][]} */
const TESTS = SCRIPTS.map((script) => [
  script,
  new RegExp(script === "Kana" ? "[\\p{Script=Hiragana}\\p{Script=Katakana}]" : `\\p{Script=${script}}`, "gu"),
]);

/**
 * Languages that franc tells apart well enough, by its names and those of the web. Lists of names look like others.
 * @type {Record<string, string>}
 */
const LANGUAGES = {
  eng: "en",
  sco: "en",
  deu: "de",
  fra: "fr",
  spa: "es",
  por: "pt",
  ita: "it",
  nld: "nl",
  pol: "pl",
  ces: "cs",
  ron: "ro",
  hun: "hu",
  swe: "sv",
  dan: "da",
  nob: "nb",
  fin: "fi",
  tur: "tr",
  vie: "vi",
  ind: "id",
  zlm: "ms",
  hrv: "hr",
  cat: "ca",
};

/**
 * The script that most of the letters are of that are not the model's, or null where there are few such.
 * @param {string} text
 * @param {string[]} known
 */
export function strangeScript(text, known) {
  const start = text.slice(0, MOST);
  const letters = start.match(/\p{L}/gu)?.length ?? 0;
  if (letters < FEWEST) return null;
  const counts = TESTS.map(([script, test]) => /** @type {const} */ ([script, start.match(test)?.length ?? 0]));
  const own = counts.filter(([script]) => known.includes(script)).reduce((sum, [, count]) => sum + count, 0);
  if (letters - own <= MOST_OTHERS * letters) return null;
  const [script, count] = counts.filter(([script]) => !known.includes(script)).sort((a, b) => b[1] - a[1])[0];
  return count > 0 ? script : "Zyyy";
}

/**
 * The language of a text as franc tells it, or null where that is one of the model's, or uncertain.
 * @param {string} text
 * @param {string[]} known
 */
export async function strangeLanguage(text, known) {
  // Names and numbers are of no language: they are in every one.
  const start = text.slice(0, MOST).replace(/\p{N}+/gu, " ");
  if ((start.match(/\p{L}/gu)?.length ?? 0) < FEWEST_OF_LANGUAGE) return null;
  const { francAll } = await languageLibrary();
  const found = francAll(start);
  const [[first]] = found;
  const scores = new Map(found);
  const own = Math.max(...[...scores].map(([code, score]) => (known.includes(LANGUAGES[code]) ? score : 0)));
  if (!LANGUAGES[first] || known.includes(LANGUAGES[first]) || 1 - own < MARGIN) return null;
  return LANGUAGES[first];
}

/**
 * A text without what begins with a capital, and without addresses of mails and pages: names are of no vocabulary,
 * whatever the text.
 * @param {string} text
 */
export const withoutNames = (text) =>
  text
    .slice(0, MOST)
    .replace(/[^\s@]+@[^\s@]+|\b(?:https?:|www\.)\S+/gi, " ")
    .replace(/\p{Lu}[\p{L}\p{M}'\u2019-]*/gu, " ");

/**
 * Whether most words of a text are none that the model's vocabulary has.
 * @param {{ words: number, subwords: number, unknown: number }} found
 * @param {string[] | undefined} known the model's languages
 */
export function strangeWords({ words, subwords, unknown }, known) {
  const most = MOST_SUBWORDS[known?.join() === "en" ? "english" : "other"];
  return words >= FEWEST_WORDS && (unknown > MOST_UNKNOWN * words || subwords > most * words);
}
