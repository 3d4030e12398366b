// Which types of a labelled file and of heads are the same: a first guess by their names.

/** What names mean, in small letters without anything but letters. */
const MEANINGS = {
  per: "per,person,persons,people,individual,human,name,fullname,personname,ps,pers,politician,scientist,writer,researcher,musicalartist",
  loc: "loc,location,locations,place,geo,lc,lieu,ort,address",
  gpe: "gpe,city,country,state,town,geopolitical",
  org: "org,organization,organisation,orgs,company,corporation,corp,institution,og,group,agency,business,university,politicalparty,band",
  date: "date,tim,time,datetime,dt,ti,year,timex",
  event: "event,evt,eve,ev",
  work: "art,work,workofart,product,creativework,prod,book,song,album",
  misc: "misc,miscellaneous,other,miscel",
  nat: "nat,norp,nationality",
};

const MEANING = new Map(
  Object.entries(MEANINGS).flatMap(([meaning, names]) => names.split(",").map((name) => [name, meaning])),
);

/** What has no meaning of its own on the other side has this one there. */
/** @type {Record<string, string>} */
const WIDER = { gpe: "loc", loc: "gpe" };

/**
 * What a type's name means; names that are not known mean themselves.
 * @param {string} type
 */
export function meaningOf(type) {
  const plain = type
    .replace(/^[BIESLU]-/, "")
    .toLowerCase()
    .replace(/[^\p{L}]/gu, "");
  return MEANING.get(plain) ?? (plain || type);
}

/**
 * The types that are judged are the file's. Each type becomes one of these, or null: then it is not judged.
 * @param {{ type: string, entities: number }[]} labelled the file's types
 * @param {string[]} found those of the heads
 * @returns {Map<string, string | null>}
 */
export function guess(labelled, found) {
  const order = [...labelled].sort((a, b) => b.entities - a.entities).map(({ type }) => type);
  const fileBy = firstBy(order);
  const headMeanings = new Set(found.map(meaningOf));
  const isFound = (/** @type {string} */ meaning) => headMeanings.has(meaning);
  /** @type {Map<string, string | null>} */
  const map = new Map();
  for (const type of order) {
    const meaning = meaningOf(type);
    const wider = WIDER[meaning];
    // LOC and GPE of the file are one where heads do not tell them apart.
    if (found.includes(type) || isFound(meaning)) map.set(type, fileBy.get(meaning) ?? type);
    else if (wider && isFound(wider)) map.set(type, fileBy.get(wider) ?? type);
    else map.set(type, null);
  }
  for (const type of found) {
    if (map.has(type)) continue;
    const meaning = meaningOf(type);
    const target = fileBy.get(meaning) ?? fileBy.get(WIDER[meaning]);
    map.set(type, target ?? null);
  }
  return map;
}

/**
 * The first of the types of each meaning.
 * @param {string[]} types
 */
function firstBy(types) {
  /** @type {Map<string, string>} */
  const first = new Map();
  for (const type of types) if (!first.has(meaningOf(type))) first.set(meaningOf(type), type);
  return first;
}

/**
 * Whether a head finds any of the types that are judged.
 * @param {Map<string, string | null>} map
 * @param {string[]} labelled the file's types
 * @param {string[]} found the head's
 */
export function shares(map, labelled, found) {
  const judged = new Set(labelled.map((type) => map.get(type)).filter((type) => type));
  return found.some((type) => judged.has(map.get(type) ?? null));
}

/**
 * The types that a head's tags are of.
 * @param {string[]} tags
 */
export const typesOf = (tags) => [
  ...new Set(tags.filter((tag) => tag !== "O").map((tag) => tag.replace(/^[BIESLU]-/, ""))),
];
