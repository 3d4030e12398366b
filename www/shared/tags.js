// Names and colours of tags. Tags come from a head's file, so any string at all must do.

import { label } from "./dom.js";
import { t } from "./i18n.js";

const OUTSIDE = "O";
/** Where in an entity it stands: BIO, BIOES, BILOU. */
const PLACE = /^([BIELSU])-(?=.)/su;

/** Types of the shipped models: a fixed colour of the palette in style.css; their names are in strings/. */
const KNOWN_TYPES = new Map([
  ["per", 0],
  ["org", 1],
  ["geo", 2],
  ["gpe", 3],
  ["tim", 4],
  ["eve", 5],
  ["art", 6],
  ["nat", 7],
  ["PER", 0],
  ["ORG", 1],
  ["LOC", 2],
  ["TIM", 4],
  ["GIVEN_NAME", 0],
  ["SURNAME", 0],
  ["EMAIL", 1],
  ["PHONE", 1],
  ["URL", 1],
  ["TAX_ID", 4],
  ["BANK_ACCOUNT", 5],
  ["ROUTING_NUMBER", 5],
  ["GOVERNMENT_ID", 6],
  ["PASSPORT", 7],
  ["DRIVERS_LICENSE", 8],
  ["BUILDING_NUMBER", 9],
  ["STREET_NAME", 2],
  ["SECONDARY_ADDRESS", 10],
  ["CITY", 2],
  ["STATE", 3],
  ["ZIP_CODE", 11],
  ["PERSON", 0],
  ["LOCATION", 2],
  ["ADDRESS", 2],
  ["ORGANIZATION", 1],
  ["TIME", 4],
  ["BIRTH_DATE", 4],
  ["CARD", 5],
  ["IBAN", 5],
  ["BIC", 5],
  ["CRYPTO", 5],
  ["SSN", 6],
  ["EIN", 6],
  ["NINO", 6],
  ["RESIDENT_NUMBER", 6],
  ["IP", 9],
  ["MAC", 9],
  ["COORDINATES", 3],
  ["SECRET", 8],
  ["PRIVATE", 10],
  ["LITERAL", 11],
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
  return PLACE.test(tag) ? tag.slice(2) : tag;
}

/**
 * "Person, first word" for "B-per".
 * @param {string} tag
 */
export function describeTag(tag) {
  const type = tagType(tag);
  if (type === null) return t("tag-outside");
  const place = PLACE.exec(tag)?.[1];
  return place ? t(`tag-${place}`, { type: typeName(type) }) : typeName(type);
}
