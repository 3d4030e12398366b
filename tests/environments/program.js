// What every program of the environments does: a bundle by its path, its address, from the cache, from a hub and of its
// package; one that is not what its manifest says is refused.
import process from "node:process";
import { pathToFileURL } from "node:url";

export async function check(load) {
  const [folder, address, hub, named, spoilt] = process.argv.slice(2);
  const found = {};
  const cached = [];
  for (const source of [folder, pathToFileURL(folder), address, address, hub, named]) {
    const recognizer = await load(source, { workers: 2 });
    const { entities } = await recognizer.predict("Barack Obama visited Paris.");
    Object.assign(found, {
      texts: entities.map(({ text }) => text),
      backend: recognizer.backend,
      workers: recognizer.workers,
    });
    // A file of a sentence, all right.
    const file = "Barack B-PER\nObama I-PER\nvisited O\nParis B-LOC\n. O\n";
    const { reports } = await recognizer.evaluate(file, { name: "own.conll", heads: [recognizer.defaultHead] });
    if (reports[0].report.entity.strict.f1 !== 1) throw new Error(`judged ${reports[0].json}`);
    cached.push(recognizer.cached);
    if (found.texts.join() !== "Barack Obama,Paris") break;
    // The last one is not freed: an idle engine keeps no program alive.
    if (source !== named) recognizer.free();
  }
  const refused = await load(spoilt).then(
    () => "nothing",
    ({ name, code }) => `${name} ${code}`,
  );
  if (refused !== "NeriteError integrity") throw new Error(`a spoilt bundle: ${refused}`);
  console.log(JSON.stringify({ ...found, cached }));
}
