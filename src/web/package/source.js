// Where a bundle is, as users say it, in the form that downloads.js takes.

/** @import { Where } from "./internal.js" */

import { refuse } from "./errors.js";
import { address, defaultHub, folderOf, packageFolder } from "./platform.js";
import { unzip } from "./unzip.js";

const MANIFEST = "manifest.json";
const PACKAGE = "package:";
const HUB = "hub:";
const EXPECTED =
  "expected a bundle's folder, package:NAME, hub:OWNER/NAME@REVISION, what a bundle's npm package exports, or a bundle's files or zip file";

/**
 * @param {unknown} value
 * @returns {value is Blob}
 */
const isBlob = (value) => typeof Blob === "function" && value instanceof Blob;

/**
 * A folder, absolute and with a slash at its end; or files, or addresses, by their path in the folder.
 * @param {import("./nerite.js").BundleSource} source
 * @param {{ hub?: string | URL }} [options]
 * @returns {Promise<Where>}
 */
export async function located(source, { hub } = {}) {
  if (typeof source === "string" || source instanceof URL) return folder(source, hub);
  if (isBlob(source)) return inFolder(await unzip(source), "the zip file");
  if (typeof source === "object" && source !== null) {
    if (Symbol.iterator in source) return chosen(Array.from(source));
    if (MANIFEST in source) {
      const addresses = Object.entries(/** @type {Record<string, string | URL>} */ (source));
      return { urls: addresses.map(([path, url]) => [path, address(url).href]) };
    }
  }
  return refuse("input", `found neither an address nor files of a bundle, ${EXPECTED}`);
}

/**
 * @param {string | URL} source
 * @param {string | URL | undefined} hub
 * @returns {Where}
 */
function folder(source, hub) {
  const text = String(source);
  if (text.startsWith(PACKAGE)) return ofPackage(text.slice(PACKAGE.length));
  if (text.startsWith(HUB)) return ofHub(text.slice(HUB.length), hub);
  const where = folderOf(source);
  if (!where.base) return where;
  const url = new URL(where.base);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = url.hash = "";
  return { base: url.href };
}

/** @param {string} name */
function ofPackage(name) {
  if (!/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i.test(name))
    refuse("input", `found ${JSON.stringify(PACKAGE + name)}, expected package:NAME`);
  return packageFolder(name);
}

/**
 * A repository of the Hugging Face hub, or of one like it.
 * @param {string} id
 * @param {string | URL} [hub]
 * @returns {Where}
 */
function ofHub(id, hub = defaultHub()) {
  const parts = /^([\w.-]+)\/([\w.-]+)(?:@([\w.-]+(?:\/[\w.-]+)*))?$/.exec(id);
  if (!parts || parts.slice(1).some((part) => part?.split("/").some((name) => /^\.+$/.test(name)))) {
    return refuse("input", `found ${JSON.stringify(HUB + id)}, expected hub:OWNER/NAME@REVISION`);
  }
  const [, owner, name, revision = "main"] = parts;
  return { base: `${address(hub).href.replace(/\/+$/, "")}/${owner}/${name}/resolve/${encodeURIComponent(revision)}/` };
}

/** @param {unknown[]} list */
function chosen(list) {
  if (list.length === 0 || !list.every((file) => typeof File === "function" && file instanceof File)) {
    refuse("input", `found neither an address nor files of a bundle, ${EXPECTED}`);
  }
  return inFolder(
    list.map((file) => {
      const own = /** @type {File} */ (file);
      return [own.webkitRelativePath || own.name, own];
    }),
    "the files",
  );
}

/**
 * Files by their paths in the folder that has a manifest, the topmost if there are several.
 * @param {[path: string, file: Blob][]} files
 * @param {string} what
 * @returns {Where}
 */
function inFolder(files, what) {
  const manifest = files
    .filter(([path]) => path === MANIFEST || path.endsWith(`/${MANIFEST}`))
    .sort(([a], [b]) => a.length - b.length)[0];
  if (!manifest) refuse("bundle", `found no ${MANIFEST} among ${what}`);
  const folder = manifest[0].slice(0, -MANIFEST.length);
  return {
    files: files.filter(([path]) => path.startsWith(folder)).map(([path, file]) => [path.slice(folder.length), file]),
  };
}
