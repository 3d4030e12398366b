// Names and colours of tags. Tags come from a head's file, so any string at all must do.

const OUTSIDE = "O";

/** Types of the shipped corpus: the name that is shown, and a fixed colour of the palette in style.css. */
const KNOWN_TYPES = new Map([
  ["per", { name: "Person", colour: 0 }],
  ["org", { name: "Organization", colour: 1 }],
  ["geo", { name: "Place", colour: 2 }],
  ["gpe", { name: "Geopolitical", colour: 3 }],
  ["tim", { name: "Time", colour: 4 }],
  ["eve", { name: "Event", colour: 5 }],
  ["art", { name: "Artefact", colour: 6 }],
  ["nat", { name: "Natural phenomenon", colour: 7 }],
]);
const PALETTE_SIZE = 12;

/** Long enough for any sensible name, short enough for a label inside a text. */
const LONGEST_NAME = 32;

export function typeName(type) {
  const known = KNOWN_TYPES.get(type);
  if (known) return known.name;
  // Without control characters, those that turn the direction of text among them.
  const name = type.replace(/[\s\p{C}]+/gu, " ").trim() || "(unnamed type)";
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}\u2026`;
}

/** The index of a colour in the palette, the same for a type on every visit. */
export function typeColour(type) {
  const known = KNOWN_TYPES.get(type);
  if (known) return known.colour;
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < type.length; i++) hash = Math.imul(hash ^ type.charCodeAt(i), 0x01000193) >>> 0;
  return hash % PALETTE_SIZE;
}

/** The type that a tag speaks of, or null for the tag outside all entities. */
export function tagType(tag) {
  if (tag === OUTSIDE) return null;
  return /^[BI]-/.test(tag) ? tag.slice(2) : tag;
}

/** "Person, first word" for "B-per". */
export function describeTag(tag) {
  const type = tagType(tag);
  if (type === null) return "No entity";
  if (tag.startsWith("B-")) return `${typeName(type)}, first word`;
  if (tag.startsWith("I-")) return `${typeName(type)}, further word`;
  return typeName(type);
}
