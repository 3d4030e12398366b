// HTML as it is handed to the browser's parser: without styles, which are none of a text, and of which the page's policy
// would complain; nor with what its attributes would run.

/** Elements of HTML whose contents hold no tags. `dropped` are those that nobody reads. */
const RAW = new Set(["style", "script", "noscript", "iframe", "noembed", "noframes", "xmp", "title", "textarea"]);
const DROPPED = new Set(["style", "script", "noscript", "iframe", "noembed", "noframes"]);
/** In drawings and formulas only these have nothing but a text. */
const DROPPED_THERE = new Set(["style", "script"]);
/** Elements that have no contents. */
const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** Elements of HTML that end a drawing or a formula in which they stand. */
const BREAKING = new Set(
  (
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta " +
    "nobr ol p pre ruby s small span strong strike sub sup table tt u ul var"
  ).split(" "),
);
/** In the place of what is dropped: nothing at all could make one tag of what stands before and behind it. */
const NOTHING = "<!---->";
/** What says that a file is XML stands before so many characters. */
const HEAD = 4096;

const NAME = /<\/?([a-z][^\s/>]*)/iy;
const GAP = /[\s/]*/y;
const ATTRIBUTE = /[^\s/>][^\s/>=]*/y;
const EQUALS = /\s*=\s*/y;
const VALUE = /[^\s>]*/y;
/** Attributes that the policy forbids, as they begin. */
const ACTIVE = /^(on|style$)/i;

/**
 * HTML without styles, in pieces, in one pass by the rules of the parser: what looks like a tag is none in a comment, a
 * script or a value.
 * @param {string} html
 */
export function* withoutStyles(html) {
  const head = html.slice(0, HEAD);
  // Of XML, as chapters of books are, any element may be closed where it is opened; in HTML <title/> would have no end.
  const isXml = /^\s*<\?xml\s/.test(head) || /\sxmlns\s*=\s*["']?http:\/\/www\.w3\.org\/1999\/xhtml\b/.test(head);
  const ends = new Ends(html);
  /** How many drawings and formulas are open. */
  let inside = 0;
  let at = 0;
  for (let begin = html.indexOf("<"); begin >= 0; begin = html.indexOf("<", at)) {
    if (begin > at) yield html.slice(at, begin);
    const tag = tagAt(html, begin);
    if (!tag) {
      const isData = (isXml || inside > 0) && html.startsWith("<![CDATA[", begin);
      at = isData ? behind(html, "]]>", begin) : noTagAt(html, begin);
      yield isData && inside === 0 ? dataOf(html.slice(begin, at)) : html.slice(begin, at);
      continue;
    }
    at = tag.end;
    const { name, text, closes, closed } = tag;
    if (name === "svg" || name === "math") {
      if (closes) inside = Math.max(0, inside - 1);
      else if (!closed) inside += 1;
    } else if (!closes && BREAKING.has(name)) inside = 0;
    const isForeign = inside > 0;
    if (closes || (closed && (isXml || isForeign))) {
      if (!closes && name === "style") yield NOTHING;
      else yield closes || isForeign || VOID.has(name) ? text : `${text}</${name}>`;
    } else if (name === "plaintext" && !isForeign) {
      yield text;
      break;
    } else if (!(isForeign ? DROPPED_THERE : RAW).has(name)) {
      yield text;
    } else {
      const end = ends.of(name, at, isForeign);
      // Without an end it is all of the rest; but not in a drawing, nor where it was to be closed at once.
      const to = end ?? (isForeign || closed ? at : html.length);
      if (DROPPED.has(name)) {
        yield NOTHING;
        const last = tagAt(html, to);
        at = last?.closes && last.name === name ? last.end : to;
      } else {
        yield text + html.slice(at, to);
        at = to;
      }
    }
  }
  yield html.slice(at);
}

/**
 * What XML holds as it is, as HTML has it.
 * @param {string} section
 */
function dataOf(section) {
  const end = section.endsWith("]]>") ? -3 : undefined;
  return section.slice("<![CDATA[".length, end).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/**
 * @param {string} html
 * @param {string} wanted
 * @param {number} from
 */
function behind(html, wanted, from) {
  const found = html.indexOf(wanted, from);
  return found < 0 ? html.length : found + wanted.length;
}

/**
 * Where a comment, a declaration or a mere "<" ends.
 * @param {string} html
 * @param {number} begin
 */
function noTagAt(html, begin) {
  if (html.startsWith("<!--", begin)) {
    // <!--> and <!---> are whole comments.
    const end = /--!?>/g;
    end.lastIndex = begin + 2;
    return end.test(html) ? end.lastIndex : html.length;
  }
  return /[!?/]/.test(html[begin + 1] ?? "") ? behind(html, ">", begin) : begin + 1;
}

/**
 * The tag that begins at a place, with attributes of style and what is to run named otherwise; null if none does.
 * @param {string} html
 * @param {number} begin
 */
function tagAt(html, begin) {
  NAME.lastIndex = begin;
  const found = NAME.exec(html);
  if (!found) return null;
  /** @type {string[]} */
  const pieces = [];
  let from = begin;
  let at = NAME.lastIndex;
  /** @param {RegExp} wanted */
  const pass = (wanted) => {
    wanted.lastIndex = at;
    if (!wanted.test(html)) return false;
    at = wanted.lastIndex;
    return true;
  };
  let closed = false;
  for (;;) {
    const gap = at;
    pass(GAP);
    closed = at > gap && html[at - 1] === "/";
    if (at >= html.length || html[at] === ">") break;
    const start = at;
    pass(ATTRIBUTE);
    if (ACTIVE.test(html.slice(start, Math.min(at, start + 6)))) {
      pieces.push(html.slice(from, start), "data-");
      from = start;
    }
    if (!pass(EQUALS)) continue;
    const quote = html[at];
    if (quote === '"' || quote === "'") at = behind(html, quote, at + 1);
    else pass(VALUE);
  }
  const end = Math.min(at + 1, html.length);
  pieces.push(html.slice(from, end));
  return { name: found[1].toLowerCase(), text: pieces.join(""), end, closed, closes: html[begin + 1] === "/" };
}

/** Where elements without tags end. */
class Ends {
  #html;
  /** Those that have no end from some place on: they are not looked for again. */
  #none = new Set();

  /** @param {string} html */
  constructor(html) {
    this.#html = html;
  }

  /**
   * Where the tag begins that ends an element whose contents begin at a place; null if none does.
   * @param {string} name
   * @param {number} from
   * @param {boolean} isForeign
   */
  of(name, from, isForeign) {
    const key = `${name} ${isForeign}`;
    if (this.#none.has(key)) return null;
    const end = name === "script" && !isForeign ? endOfScript(this.#html, from) : this.#find(name, from, isForeign);
    if (end === null) this.#none.add(key);
    return end;
  }

  /**
   * @param {string} name
   * @param {number} from
   * @param {boolean} isForeign
   */
  #find(name, from, isForeign) {
    // A drawing's end is that of all in it.
    const wanted = new RegExp(`</(?:${isForeign ? `${name}|svg|math` : name})(?=[\\s/>])`, "gi");
    wanted.lastIndex = from;
    return wanted.exec(this.#html)?.index ?? null;
  }
}

/**
 * A script may write another one, if it is in a comment, as all once were.
 * @param {string} html
 * @param {number} from
 */
function endOfScript(html, from) {
  const marks = /<!--|-->|<(\/?)script(?=[\s/>])/gi;
  marks.lastIndex = from;
  /** @type {"plain" | "comment" | "written"} */
  let state = "plain";
  for (let mark = marks.exec(html); mark; mark = marks.exec(html)) {
    if (mark[0] === "-->") state = "plain";
    else if (mark[0] === "<!--") {
      if (state === "plain") state = "comment";
      // <!--> is a whole one.
      marks.lastIndex -= 2;
    } else if (mark[1] && state !== "written") return mark.index;
    else if (mark[1]) state = "comment";
    else if (state === "comment") state = "written";
  }
  return null;
}
