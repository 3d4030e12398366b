// What the build puts into the package's files, and makes beside them (src/web/build.mjs).

/** The hashes of both builds of the engine and of the worker's script. */
declare const NERITE_INTEGRITY: { relaxed?: string; plain?: string; worker?: string };

interface Navigator {
  /** In GiB; not every browser tells it. */
  readonly deviceMemory?: number;
}

declare module "*/nerite_web.js" {
  const initialize: (source: { module_or_path: WebAssembly.Module }) => Promise<{ memory: WebAssembly.Memory }>;
  export default initialize;
}

declare module "*/embedded.js" {
  export const plain: string;
  export const relaxed: string;
  export const script: string;
}
