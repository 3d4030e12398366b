// What heads are asked, checked against what they can answer.

import { refuse } from "./errors.js";

/** How an entity's score follows from its words'; the first one unless another is asked for. */
const AGGREGATIONS = ["average", "first", "max"];

/** What is asked of each head: the decoder or strategy asked for, where the head can serve it. */
export function questionsFor(known, heads, { decoder, aggregation = AGGREGATIONS[0], strategy }) {
  const expect = (what, found, expected) => {
    if (!expected.includes(found))
      refuse("input", `found the ${what} ${JSON.stringify(found)}, expected one of ${expected.join(", ")}`);
  };
  const wanted = heads.map((head) => (typeof head === "string" ? { head } : { ...head }));
  const infos = wanted.map(({ head }) => {
    expect(
      "head",
      head,
      known.map(({ id }) => id),
    );
    return known.find(({ id }) => id === head);
  });
  const serves = (list, what, found) => {
    if (found === undefined) return;
    const all = [...new Set(infos.flatMap((info) => info[list]))];
    if (all.length === 0) refuse("input", `found a ${what}, but the head reads words, which have none`);
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
    return { head, decoder: info.decoders.includes(decoder) ? decoder : info.decoder, aggregation };
  });
}
