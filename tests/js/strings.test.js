// Every language has every text, with the same parts to be put in; and the pages ask for no other.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { tOr } from "../../www/shared/i18n.js";
import { LANGUAGES } from "../../www/shared/languages.js";

const partsOf = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
const english = LANGUAGES.en.strings;

for (const [code, { name, strings }] of Object.entries(LANGUAGES)) {
  test(`${name} has the texts of English`, () => {
    assert.deepEqual(Object.keys(strings), Object.keys(english));
    for (const page of Object.keys(english)) {
      assert.deepEqual(Object.keys(strings[page]).sort(), Object.keys(english[page]).sort(), `${code}, ${page}`);
      for (const [key, text] of Object.entries(strings[page])) {
        assert.equal(typeof text, "string", `${code}, ${page}, ${key}`);
        assert.notEqual(text.trim(), "", `${code}, ${page}, ${key}`);
        assert.equal(partsOf(text), partsOf(english[page][key]), `${code}, ${page}, ${key}`);
      }
    }
  });
}

test("a name from outside that no text knows is said as it is", () => {
  assert.equal(tOr("nav-demo", "x"), english.shared["nav-demo"]);
  assert.equal(tOr("nav-of-tomorrow", "of-tomorrow"), "of-tomorrow");
});

test("every file of texts is listed", () => {
  const files = readdirSync("www/strings").map((file) => file.replace(".js", ""));
  assert.deepEqual(files.sort(), Object.keys(LANGUAGES).sort());
});

test("boot.js, which works where modules do not, has the same texts in every language", () => {
  const [, strings] = readFileSync("www/shared/boot.js", "utf8").match(/var STRINGS = (\{.*?\n {2}\});/s) ?? [];
  const boot = new Function(`return ${strings}`)();
  assert.deepEqual(Object.keys(boot).sort(), Object.keys(LANGUAGES).sort());
  for (const own of Object.values(boot)) assert.deepEqual(Object.keys(own), Object.keys(boot.en));
});

for (const [page, folders, file] of [
  ["demo", ["demo"], "index.html"],
  ["reports", ["reports", "reports/judge"], "reports.html"],
  ["teach", ["teach"], "teach.html"],
]) {
  const known = { ...english.shared, ...english[page] };
  test(`${file} names texts that there are, and says them in English`, () => {
    const html = readFileSync(`www/${file}`, "utf8");
    for (const [, key] of html.matchAll(/data-i18n(?:-[a-z-]+)?="([^"]+)"/g)) assert.ok(Object.hasOwn(known, key), key);
  });
  test(`the scripts of ${file} ask for texts that there are`, () => {
    const scripts = [...folders, "shared"].flatMap((own) =>
      readdirSync(`www/${own}`).map((name) => `www/${own}/${name}`),
    );
    for (const script of scripts.filter((name) => name.endsWith(".js"))) {
      if (script.startsWith("www/shared") && page !== "demo") continue;
      const source = readFileSync(script, "utf8");
      for (const [, key] of source.matchAll(/\bt\("([^"]+)"/g))
        assert.ok(Object.hasOwn(known, key), `${script}: ${key}`);
      for (const [, key] of source.matchAll(/\bcounted\("([^"]+)"/g)) {
        assert.ok(Object.hasOwn(known, `${key}-one`) && Object.hasOwn(known, `${key}-other`), `${script}: ${key}`);
      }
    }
  });
}
