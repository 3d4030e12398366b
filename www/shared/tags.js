// Names and colours of tags. Tags come from a head's file, so any string at all must do.

import { NAMES } from "../strings/names.js";
import { label } from "./dom.js";
import { t } from "./i18n.js";

const OUTSIDE = "O";
/** Where in an entity it stands: BIO, BIOES, BILOU. */
const PLACE = /^([BIELSU])-(?=.)/su;

/** As in style.css. */
const PALETTE_SIZE = 12;

/** Long enough for any sensible name, short enough for a label inside a text. */
const LONGEST_NAME = 32;

/** @param {string} type */
const knownColour = (type) => NAMES[`type-${type}`]?.colour;

/** @param {string} type */
export function typeName(type) {
  return knownColour(type) !== undefined ? t(`type-${type}`) : label(type, LONGEST_NAME) || t("type-unnamed");
}

/**
 * The index of a colour in the palette, the same for a type on every visit.
 * @param {string} type
 */
export function typeColour(type) {
  const known = knownColour(type);
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
