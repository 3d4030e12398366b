// The text of documents that are archives of XML: Word and PowerPoint (Office Open XML), OpenDocument, EPUB. All that a
// reader of the document sees is read, also headers, footers, notes, comments and text boxes.

import { t } from "../shared/i18n.js";
import { ofHtml } from "./html.js";
import { Archive } from "./unpacked.js";
import { textsOf } from "./xml.js";

/** What is unpacked of a document may have so many bytes. */
const MOST_UNPACKED = 40_000_000;
/** What says where a document's parts are has less: it is parsed at once, which holds the page. */
const MOST_LISTED = 2_000_000;
/** So many blanks may stand at a place of an OpenDocument text. */
const MOST_BLANKS = 100;

/**
 * What Word and PowerPoint have in common. Of what stands there twice, for older programs, the first is taken; and what
 * was deleted or moved away while changes were tracked is no longer there.
 * @type {import("./xml.js").Rules}
 */
const OFFICE = {
  held: ["t"],
  skipped: ["Fallback", "del", "moveFrom", "rt", "pPr", "rPr", "sectPr", "tblPr"],
  begin: {
    tab: "\t",
    ptab: "\t",
    br: "\n",
    cr: "\n",
    noBreakHyphen: "\u2011",
    txbxContent: "\n\n",
    comment: (attribute) => {
      const author = attribute("author");
      return author ? `${author}: ` : "";
    },
  },
  end: { p: "\n\n" },
};

const HEADERS = ["header", "header-first", "header-left"];
const FOOTERS = ["footer", "footer-first", "footer-left"];

/** @type {import("./xml.js").Rules} */
const OPEN = {
  held: ["p", "h"],
  folded: true,
  // Headers, footers and notes are read by themselves, each once.
  skipped: [
    ...["tracked-changes", "note", "note-body", "annotation", "ruby-text", "desc", "forms"],
    ...HEADERS,
    ...FOOTERS,
  ],
  begin: {
    tab: "\t",
    "line-break": "\n",
    s: (attribute) => " ".repeat(Math.min(Math.max(Number(attribute("c") ?? 1) || 1, 0), MOST_BLANKS)),
  },
  end: { p: "\n\n", h: "\n\n" },
};

/** The parts of Office files by what [Content_Types].xml says of them, in the order in which they are read. */
const PARTS = {
  docx: [/header\+xml$/, /main\+xml$/, /footnotes\+xml$/, /endnotes\+xml$/, /\.comments\+xml$/, /footer\+xml$/],
  pptx: [/\.slide\+xml$/, /notesSlide\+xml$/],
};

/** What such a document is, by what it says of itself; null for another archive. */
const KINDS = /** @type {const} */ ([
  ["docx", /wordprocessingml|ms-word/],
  ["pptx", /presentationml|ms-powerpoint/],
  ["sheet", /spreadsheetml|ms-excel|opendocument\.spreadsheet/],
  ["open", /opendocument\.(text|presentation)/],
  ["epub", /epub\+zip/],
]);

/**
 * The text of a document. Null if the archive is none of this kind; "sheet" for a spreadsheet.
 * @param {Blob} file
 * @returns {Promise<{ kind: "docx" | "pptx" | "open" | "epub" | "sheet", text: string } | null>}
 */
export async function ofPacked(file) {
  const archive = await Archive.open(file, MOST_UNPACKED);
  const types = await archive.text("[Content_Types].xml");
  const parts = types === null ? [] : partsOf(archive, types);
  const said =
    types === null ? await archive.text("mimetype") : parts.find(({ type }) => /main\+xml$/.test(type))?.type;
  const kind = KINDS.find(([, type]) => said && type.test(said))?.[0];
  switch (kind) {
    case "docx":
    case "pptx":
      return { kind, text: await ofOffice(archive, parts, PARTS[kind]) };
    case "open":
      return { kind, text: await ofOpen(archive) };
    case "epub":
      return { kind, text: await ofBook(archive) };
    default:
      return kind ? { kind, text: "" } : null;
  }
}

/**
 * What an Office file says of its parts: of each by its path, or of all with an ending.
 * @param {Archive} archive
 * @param {string} types
 */
function partsOf(archive, types) {
  const list = parsed(types);
  /** @param {string} element @param {string} key */
  const said = (element, key) =>
    new Map(
      Array.from(list.getElementsByTagNameNS("*", element), (own) => [
        (own.getAttribute(key) ?? "").replace(/^\//, "").toLowerCase(),
        own.getAttribute("ContentType") ?? "",
      ]),
    );
  const [own, usual] = [said("Override", "PartName"), said("Default", "Extension")];
  return archive.names.map((path) => {
    const key = path.toLowerCase();
    return { path, type: own.get(key) ?? usual.get(key.replace(/^.*\./s, "")) ?? "" };
  });
}

/**
 * @param {Archive} archive
 * @param {{ path: string, type: string }[]} parts
 * @param {RegExp[]} order
 */
async function ofOffice(archive, parts, order) {
  /** @type {string[]} */
  const texts = [];
  for (const wanted of order) {
    const own = parts.filter(({ type }) => wanted.test(type)).map(({ path }) => path);
    for (const path of own.sort(byNumber)) {
      const xml = await archive.text(path);
      if (xml !== null) texts.push(...(await textsOf(xml, OFFICE)).map(({ text }) => text));
    }
  }
  return joined(texts);
}

/** slide10.xml comes after slide9.xml. @type {(one: string, other: string) => number} */
const byNumber = (one, other) => one.localeCompare(other, "en", { numeric: true });

/** @param {Archive} archive */
async function ofOpen(archive) {
  // With a password, each file but the list is encrypted.
  if ((await archive.text("META-INF/manifest.xml"))?.includes("encryption-data"))
    throw new DOMException("", "PasswordException");
  const content = await textsOf((await archive.text("content.xml")) ?? "", OPEN, ["note-body", "annotation"]);
  const styles = await archive.text("styles.xml");
  const around = styles === null ? [] : await textsOf(styles, OPEN, [...HEADERS, ...FOOTERS]);
  /** @param {string[]} names @param {{ name: string, text: string }[]} from */
  const all = (names, from) =>
    names.flatMap((wanted) => from.filter(({ name }) => name === wanted).map(({ text }) => text));
  return joined([...all(HEADERS, around), ...all(["", "note-body", "annotation"], content), ...all(FOOTERS, around)]);
}

/** The chapters of a book, in the order of reading. @param {Archive} archive */
async function ofBook(archive) {
  const container = parsed((await archive.text("META-INF/container.xml")) ?? "");
  const path = container.getElementsByTagNameNS("*", "rootfile")[0]?.getAttribute("full-path") ?? "";
  const book = parsed((await archive.text(path)) ?? "");
  const hrefs = new Map(
    Array.from(book.getElementsByTagNameNS("*", "item"), (item) => [
      item.getAttribute("id"),
      item.getAttribute("href"),
    ]),
  );
  /** @type {string[]} */
  const texts = [];
  const named = Array.from(book.getElementsByTagNameNS("*", "itemref"), (own) => hrefs.get(own.getAttribute("idref")));
  // A chapter comes once, however often it is named.
  for (const href of new Set(named)) {
    if (!href) continue;
    const html = await archive.text(within(path, href));
    if (html !== null) texts.push(await ofHtml(html));
  }
  return texts.join("\n\n");
}

/**
 * The path that an address in a file means.
 * @param {string} file
 * @param {string} href
 */
function within(file, href) {
  try {
    return decodeURIComponent(new URL(href, new URL(file, "https://book.invalid/")).pathname.slice(1));
  } catch {
    throw new Error(t("file-archive"));
  }
}

/**
 * Documents have no declarations of their own, which could make much of little.
 * @param {string} xml
 */
function parsed(xml) {
  if (xml.length > MOST_LISTED || /<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Error(t("file-archive"));
  const document = new DOMParser().parseFromString(xml, "application/xml");
  if (document.getElementsByTagName("parsererror").length > 0) throw new Error(t("file-archive"));
  return document;
}

/**
 * Each text once: headers are often the same on all pages.
 * @param {string[]} texts
 */
const joined = (texts) => [...new Set(texts.filter(Boolean))].join("\n\n");
