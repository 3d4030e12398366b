// What a bundle's manifest says, before anything else of it is downloaded.

/** @import { BundleInfo, BundleSource, LoadOptions } from "./nerite.js" */
/** @import { BundleFile } from "./internal.js" */

import { Source } from "./downloads.js";
import { guarded, refuse } from "./errors.js";
import { checked, INSPECT } from "./options.js";
import { located } from "./source.js";

/**
 * @param {BundleSource} source
 * @param {Pick<LoadOptions, "signal" | "hub">} [options]
 * @returns {Promise<BundleInfo>}
 */
export const inspect = (source, options) =>
  guarded(options?.signal, async () => {
    const { signal, hub } = checked(options, INSPECT);
    const where = new Source(await located(source, { hub }));
    const json = new TextDecoder().decode(await where.manifest(signal));
    let manifest;
    try {
      manifest = JSON.parse(json);
    } catch (error) {
      refuse("bundle", `manifest.json: ${error instanceof Error ? error.message : error}`);
    }
    const heads = Array.isArray(manifest?.heads) ? manifest.heads : [];
    const named = [manifest?.encoder, manifest?.tokenizer, ...heads];
    const whole = (/** @type {Partial<BundleFile>} */ { file, bytes, sha256 } = {}) =>
      typeof file === "string" && Number.isSafeInteger(bytes) && Number(bytes) > 0 && typeof sha256 === "string";
    if (named.length < 3 || named.length > 66 || !named.every((file) => whole(file ?? undefined))) {
      refuse("bundle", "manifest.json: found no encoder, tokenizer and heads with their sizes");
    }
    const files = named.map((/** @type {BundleFile} */ { file, bytes, sha256 }) => ({ file, bytes, sha256 }));
    return {
      name: String(manifest.name ?? ""),
      architecture: String(manifest.architecture ?? ""),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
      heads: heads.map((/** @type {{ id: unknown, title: unknown, bytes: number }} */ { id, title, bytes }) => ({
        id: String(id),
        title: String(title ?? id),
        bytes,
      })),
      defaultHead: String(manifest.default_head ?? ""),
      cachedBytes: await where.cachedBytes(files),
    };
  });
