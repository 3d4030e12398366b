// Text for the benchmarks: written here, another one for every seed, so that nothing can be answered from memory.

const PEOPLE = [
  "Maria Keller",
  "James Okafor",
  "President Lindqvist",
  "Mr. Haddad",
  "Aiko Tanaka",
  "Prime Minister Novak",
];
const PLACES = ["London", "Nairobi", "Baghdad", "Porto", "Lake Geneva", "the United States", "Kyoto", "the Andes"];
const GROUPS = [
  "the United Nations",
  "Nordwind Airlines",
  "the World Bank",
  "Reuters",
  "the Red Cross",
  "Hammond College",
];
const DAYS = ["Monday", "Thursday", "last August", "the end of 2007", "Easter", "Friday morning"];
const SENTENCES = [
  (p, q, a, b, g, d, n) =>
    `${p} told reporters in ${a} on ${d} that ${g} would send ${n} engineers to repair the harbour.`,
  (p, q, a, b, g, d, n) => `The fire, which began near ${a}, spread to ${n} houses before rain from ${b} put it out.`,
  (p, q, a, b, g, d, n) =>
    `Officials at ${g} say talks between ${p} and ${q} broke down after ${n} hours, but may go on by ${d}.`,
  (p, q, a, b, g, d, n) =>
    `In ${b}, shares fell by ${n} percent as traders waited for figures on jobs, housing and the price of oil.`,
  (p, q, a, b, g, d, n) =>
    `"We have waited ${n} years for this bridge," said ${q}, who grew up in ${a} and now works for ${g}.`,
  (p, q, a, b, g, d, n) =>
    `${g} has opened ${n} new schools around ${a} since ${d}, mostly with money raised in ${b} by volunteers.`,
];

/** Sentences of at least so many words together. */
export function sentences(words, seed) {
  let state = seed * 2654435761 + 12345;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = (list) => list[random(list.length)];
  const found = [];
  for (let count = 0; count < words; ) {
    const sentence = pick(SENTENCES)(
      pick(PEOPLE),
      pick(PEOPLE),
      pick(PLACES),
      pick(PLACES),
      pick(GROUPS),
      pick(DAYS),
      2 + random(900),
    );
    found.push(sentence[0].toUpperCase() + sentence.slice(1));
    count += sentence.split(" ").length;
  }
  return found;
}

// `node text.mjs` writes some, a sentence a line.
if (process.argv[1] === import.meta.filename) console.log(sentences(4000, 1).join("\n"));
