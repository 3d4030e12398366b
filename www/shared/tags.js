// Names and colours of tags. Tags come from a head's file, so any string at all must do.

import { label } from "./dom.js";
import { t } from "./i18n.js";

const OUTSIDE = "O";

/** Types of the shipped corpus: a fixed colour of the palette in style.css; their names are in strings/. */
const KNOWN_TYPES = new Map([
  ["per", 0],
  ["org", 1],
  ["geo", 2],
  ["gpe", 3],
  ["tim", 4],
  ["eve", 5],
  ["art", 6],
  ["nat", 7],
]);
const PALETTE_SIZE = 12;

/** Long enough for any sensible name, short enough for a label inside a text. */
const LONGEST_NAME = 32;

/** @param {string} type */
export function typeName(type) {
  return KNOWN_TYPES.has(type) ? t(`type-${type}`) : label(type, LONGEST_NAME) || t("type-unnamed");
}

/**
 * The index of a colour in the palette, the same for a type on every visit.
 * @param {string} type
 */
export function typeColour(type) {
  const known = KNOWN_TYPES.get(type);
  if (known !== undefined) return known;
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < type.length; i++) hash = Math.imul(hash ^ type.charCodeAt(i), 0x01000193) >>> 0;
  return hash % PALETTE_SIZE;
}

/**
 * The type that a tag speaks of, or null for the tag outside all entities.
 * @param {string} tag
 */
export function tagType(tag) {
  if (tag === OUTSIDE) return null;
  return /^[BI]-/.test(tag) ? tag.slice(2) : tag;
}

/**
 * "Person, first word" for "B-per".
 * @param {string} tag
 */
export function describeTag(tag) {
  const type = tagType(tag);
  if (type === null) return t("tag-outside");
  if (tag.startsWith("B-")) return t("tag-first", { type: typeName(type) });
  if (tag.startsWith("I-")) return t("tag-further", { type: typeName(type) });
  return typeName(type);
}
