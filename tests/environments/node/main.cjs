const { load, NeriteError } = require("nerite");

(async () => {
  const { check } = await import("./program.js");
  await check(load);
  await load("nowhere").then(
    () => process.exit(1),
    (error) => process.exit(error instanceof NeriteError ? 0 : 1),
  );
})();
