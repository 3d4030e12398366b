// The package's code has the types that nerite.d.ts says. scripts/check makes `made` of the code's own; nothing is run.
import type * as said from "../src/web/package/nerite.js";
import type * as made from "../target/types/made/nerite.js";

/** But for `Symbol.dispose`, which the code names as the engine of JavaScript lets it. */
type Recognizer = Omit<said.Recognizer, typeof Symbol.dispose>;

/** Each function takes and gives what is said. */
type Functions = Pick<typeof said, "inspect" | "cacheSize" | "clearCache" | "readLabelled">;
export const functions = (own: Pick<typeof made, keyof Functions>): Functions => own;
export const load = (own: typeof made.load): ((...given: Parameters<typeof said.load>) => Promise<Recognizer>) => own;

/** So does each method of what the functions give. */
export const recognizer = (own: made.Recognizer): Recognizer => own;
export const redaction = (own: made.Redaction): said.Redaction => own;
export const trainer = (own: made.Trainer): said.Trainer => own;
export const failure = (own: made.NeriteError): said.NeriteError => own;

/** Nothing is left out, on either side. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const names: Same<keyof typeof said, keyof typeof made> = true;
export const members: [
  Same<keyof Recognizer, keyof made.Recognizer>,
  Same<keyof said.Redaction, keyof made.Redaction>,
  Same<keyof said.Trainer, keyof made.Trainer>,
] = [true, true, true];
