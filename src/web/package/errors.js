// Errors as pages see them, and their way from a worker to the page.

/** @import { Told } from "./internal.js" */
/** @import { ErrorCode } from "./nerite.js" */

/** Why something did not work. `code` says which kind of trouble it is. */
export class NeriteError extends Error {
  /**
   * @param {string} code one of those of nerite.d.ts
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "NeriteError";
    this.code = /** @type {ErrorCode} */ (code);
    /** Whether asking again would help nothing. */
    this.final = false;
  }
}

/**
 * @param {string} code
 * @param {string} message
 * @returns {never}
 */
export function refuse(code, message) {
  throw new NeriteError(code, message);
}

/** What engines of JavaScript say where there is no room left. */
const NO_MEMORY =
  /out of memory|could not allocate|cannot allocate|allocation failed|array buffer allocation|memory\.grow/i;
/** What they say where a page's policy forbids WebAssembly. */
const NO_WASM = /unsafe-eval|blocked by CSP|content security policy/i;

/**
 * An error as it is told: its own code, or what its message gives away.
 * @param {any} error
 * @returns {Told}
 */
export function describe(error) {
  const message = String(error?.message ?? error);
  if (typeof error?.code === "string" && error.name !== "AbortError") return { code: error.code, message };
  if (error instanceof RangeError && NO_MEMORY.test(message)) return { code: "memory", message };
  if (NO_WASM.test(message)) {
    return {
      code: "policy",
      message: `the page's policy forbids WebAssembly; script-src needs 'wasm-unsafe-eval': ${message}`,
    };
  }
  return { code: "crash", message };
}

/** @param {Told} told */
export const revive = ({ code, message }) => new NeriteError(code, message);

/** What a function of the user's has thrown, on its way through ours. */
class Thrown {
  /** @param {unknown} error */
  constructor(error) {
    this.error = error;
  }
}

/**
 * A user's function, whose errors pass through `guarded` as they are.
 * @template {((...given: any[]) => any) | undefined} T
 * @param {T} call
 * @returns {T}
 */
export const callback = (call) =>
  /** @type {T} */ (
    call &&
      ((/** @type {any[]} */ ...given) => {
        try {
          return call(...given);
        } catch (error) {
          throw new Thrown(error);
        }
      })
  );

/**
 * Runs a part of the public interface: whatever it throws is a NeriteError, or the user's own.
 * @template T
 * @param {AbortSignal | undefined} signal
 * @param {() => T | Promise<T>} run
 * @returns {Promise<T>}
 */
export async function guarded(signal, run) {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Thrown) throw error.error;
    if (error instanceof NeriteError || (signal?.aborted && error === signal.reason)) throw error;
    const { code, message } = describe(error);
    throw new NeriteError(code, message, { cause: error });
  }
}
