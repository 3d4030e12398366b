// What heads are asked, checked against what they can answer.

/** @import { HeadInfo, PredictOptions, Strategy } from "./nerite.js" */
/** @import { Question } from "./internal.js" */

import { refuse } from "./errors.js";

/**
 * How an entity's score follows from its words'; the first one unless another is asked for.
 * @type {import("./nerite.js").Aggregation[]}
 */
const AGGREGATIONS = ["average", "first", "max"];

/**
 * @param {string} what
 * @param {unknown} found
 * @param {unknown[]} expected
 */
function expect(what, found, expected) {
  if (!expected.includes(found))
    refuse("input", `found the ${what} ${JSON.stringify(found)}, expected one of ${expected.join(", ")}`);
}

/**
 * What is asked of each head: the decoder or strategy asked for, where the head can serve it.
 * @param {HeadInfo[]} known
 * @param {(string | { head: string, strategy?: Strategy })[]} heads
 * @param {Pick<PredictOptions, "decoder" | "aggregation" | "strategy">} options
 * @returns {Question[]}
 */
export function questionsFor(known, heads, { decoder, aggregation = AGGREGATIONS[0], strategy }) {
  /** @type {{ head: string, strategy?: Strategy }[]} */
  const wanted = heads.map((head) => (typeof head === "string" ? { head } : { ...head }));
  const infos = wanted.map(({ head }) => infoOf(known, head));
  /**
   * @param {"decoders" | "strategies"} list
   * @param {string} what
   * @param {string | undefined} found
   */
  const serves = (list, what, found) => {
    if (found === undefined) return;
    const all = [...new Set(infos.flatMap((info) => /** @type {string[]} */ (info[list])))];
    if (all.length === 0) refuse("input", `found a ${what}, which heads of words do not have`);
    expect(what, found, all);
  };
  serves("decoders", "decoder", decoder);
  serves("strategies", "strategy", strategy);
  expect("aggregation", aggregation, AGGREGATIONS);
  return wanted.map(({ head, strategy: own }, index) => {
    const info = infos[index];
    if (own !== undefined) expect("strategy", own, info.strategies);
    if (info.unit === "pieces") {
      return { head, decoder: info.decoder, strategy: own ?? strategy ?? info.strategy };
    }
    return { head, decoder: decoder && info.decoders.includes(decoder) ? decoder : info.decoder, aggregation };
  });
}

/**
 * @param {HeadInfo[]} known
 * @param {string} head
 */
export function infoOf(known, head) {
  const found = known.find(({ id }) => id === head);
  const ids = known.map(({ id }) => id);
  return found ?? refuse("input", `found the head ${JSON.stringify(head)}, expected one of ${ids.join(", ")}`);
}
