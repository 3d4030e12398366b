// Every language has every text, with the same parts to be put in; and the pages ask for no other.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { tOr } from "../../www/shared/i18n.js";
import { LANGUAGES, NAMES } from "../../www/strings/names.js";

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

test("every name has a text in every language, and is no page's own", () => {
  for (const [key, { colour, ...texts }] of Object.entries(NAMES)) {
    assert.deepEqual(Object.keys(texts), Object.keys(LANGUAGES), key);
    assert.equal(Number.isInteger(colour), key.startsWith("type-"), `${key}, colour`);
    for (const [code, text] of Object.entries(texts)) {
      assert.notEqual(text.trim(), "", `${key}, ${code}`);
      assert.equal(partsOf(text), partsOf(texts.en), `${key}, ${code}`);
    }
    for (const [page, own] of Object.entries(english)) assert.ok(!Object.hasOwn(own, key), `${key}, ${page}`);
  }
});

/** The names that a table in a file of Rust's gives: `choices!`, or `RULES` of patterns. */
function namesInRust(file, table) {
  const source = readFileSync(`src/core/src/${file}`, "utf8");
  const [own] = source.slice(source.indexOf(table)).split("\n}\n", 1);
  return [...own.matchAll(/(?:= |name: )"([^"]+)"/g)].map(([, name]) => name);
}

for (const [file, table, key] of [
  ["decode/mod.rs", 'Decoder, "', "decoder-"],
  ["decode/mod.rs", 'Aggregation, "', "aggregation-"],
  ["decode/mod.rs", 'Strategy, "', "strategy-"],
  ["metrics/mod.rs", 'Figure, "', ""],
  ["metrics/mod.rs", 'Figure, "', "term_"],
  ["redact/policy.rs", 'Style, "', "style-"],
  ["redact/doubt.rs", 'Confirm, "', "confirm-"],
  ["patterns/mod.rs", "const RULES", "type-"],
]) {
  test(`the names of ${file} have texts (${key})`, () => {
    const names = namesInRust(file, table);
    assert.ok(names.length > 1);
    for (const name of names) assert.ok(Object.hasOwn(NAMES, key + name), `names.js has no ${key}${name}`);
  });
}

test("a name from outside that no text knows is said as it is", () => {
  assert.equal(tOr("nav-demo", "x"), english.shared["nav-demo"]);
  assert.equal(tOr("nav-of-tomorrow", "of-tomorrow"), "of-tomorrow");
});

test("every file of texts is listed", () => {
  const files = readdirSync("www/strings").map((file) => file.replace(".js", ""));
  assert.deepEqual(files.sort(), [...Object.keys(LANGUAGES), "names"].sort());
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
  const known = { ...NAMES, ...english.shared, ...english[page] };
  test(`${file} names texts that there are`, () => {
    const html = readFileSync(`www/${file}`, "utf8");
    for (const [, key] of html.matchAll(/data-i18n(?:-[a-z-]+)?="([^"]+)"/g)) assert.ok(Object.hasOwn(known, key), key);
  });
  test(`${file} names a text for each attribute that is read`, () => {
    const html = readFileSync(`www/${file}`, "utf8");
    for (const [tag] of html.matchAll(/<[a-z][^>]*>/g)) {
      // What has a slash is a path, the same in every language.
      for (const [, attribute, text] of tag.matchAll(/\s(aria-label|placeholder|data-empty)="([^"/]+)"/g)) {
        const [, key] = tag.match(`data-i18n-${attribute}="([^"]+)"`) ?? [];
        assert.equal(known[key], text, tag);
      }
    }
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
