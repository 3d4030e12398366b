// The text of HTML.

/** Elements of HTML that begin a line. */
const BLOCKS =
  "address,article,aside,blockquote,br,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,h4,h5,h6,header,hr,li,main,nav,ol,p,pre,section,summary,table,td,th,tr,ul,title,option";
/** Those whose contents nobody reads. */
const SILENT = "script,style,noscript,template,svg,math,iframe,object,head > :not(title)";

/**
 * What a reader of the page would see. The parsed document runs no scripts and loads nothing.
 * @param {string} html
 */
export function ofHtml(html) {
  // Styles are none of a text, and the page's policy would complain of them.
  const unstyled = html.replace(/<\/?[a-z][^<>]*>/gi, (tag) =>
    tag.replace(/^(<\/?)style\b/i, "$1template").replace(/\sstyle\s*=/gi, " data-style="),
  );
  const parsed = new DOMParser().parseFromString(unstyled, "text/html");
  for (const element of parsed.querySelectorAll(SILENT)) element.remove();
  const walker = parsed.createTreeWalker(parsed.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  /** @type {string[]} */
  const lines = [];
  let line = "";
  /** Whether the line is empty or ends with a blank: to look at its end would copy all of it each time. */
  let blank = true;
  /** @type {Element[]} */
  const open = [];
  const newLine = () => {
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = "";
    blank = true;
  };
  /** @param {string} text */
  const add = (text) => {
    if (text === "") return;
    line += text;
    blank = /\s/.test(text.slice(-1));
  };
  for (let node = /** @type {Node | null} */ (walker.currentNode); node; node = walker.nextNode()) {
    while (open.at(-1)?.contains(node) === false) {
      open.pop();
      newLine();
    }
    if (node instanceof Element) {
      if (!node.matches(BLOCKS)) continue;
      newLine();
      if (node.localName !== "br" && node.localName !== "hr") open.push(node);
    } else if (node.parentElement?.closest("pre, textarea")) {
      add(node.nodeValue ?? "");
    } else {
      const words = (node.nodeValue ?? "").replace(/[ \t\r\n\f]+/g, " ");
      add(blank ? words.trimStart() : words);
    }
  }
  newLine();
  return lines.join("\n");
}
