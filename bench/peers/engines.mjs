// What compromise and wink-nlp find: JSON lines of texts in, of [start, end, type] out, after one of versions.
// Offsets are code points, as the other engine's are. scripts/peers runs a copy of this where both are installed.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

async function compromise() {
  const { default: nlp } = await import("compromise");
  const kinds = ["people", "places", "organizations"];
  const find = (text) => {
    const read = nlp(text);
    return kinds.flatMap((kind) =>
      read[kind]()
        .json({ offset: true, terms: false })
        .map(({ offset: { start, length } }) => [start, start + length, kind]),
    );
  };
  return { about: { version: `compromise ${version("compromise")}`, licence: "MIT" }, find };
}

async function wink() {
  const { default: winkNLP } = await import("wink-nlp");
  const { default: model } = await import("wink-eng-lite-web-model");
  const engine = winkNLP(model, ["sbd", "pos", "ner"]);
  // Its lite model has no type of ours: what it finds is told by its types, and where it is is of no use.
  const find = (text) =>
    engine
      .readDoc(text)
      .entities()
      .out(engine.its.type)
      .map((type) => [0, 0, type]);
  const name = `wink-nlp ${version("wink-nlp")}, wink-eng-lite-web-model ${version("wink-eng-lite-web-model")}`;
  return { about: { version: name, licence: "MIT" }, find };
}

const { about, find } = await { "compromise": compromise, "wink-nlp": wink }[process.argv[2]]();
console.log(JSON.stringify(about));
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  const points = (units) => [...text.slice(0, units)].length;
  console.log(JSON.stringify(find(text).map(([start, end, kind]) => [points(start), points(end), kind])));
}
