// What every page of the environments does: finds the names in a sentence, and leaves them where the test looks.
export async function run(load) {
  try {
    const recognizer = await load(new URL(location.href).searchParams.get("bundle"));
    const { entities } = await recognizer.predict("Barack Obama visited Paris.");
    await recognizer.grow();
    globalThis.found = {
      texts: entities.map(({ text }) => text),
      backend: recognizer.backend,
      workers: recognizer.workers,
    };
    recognizer.free();
  } catch (error) {
    globalThis.found = { error: `${error.code ?? error.name}: ${error.message}` };
  }
}
