import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { declared, encodingName, guess, labelOf, offered } from "../../www/shared/encodings.js";
import { readText } from "../../www/shared/files.js";

const bytes = (hex) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const ascii = (text) => new TextEncoder().encode(text);

/** Short texts as people have them, in the bytes of their encodings. */
const TEXTS = [
  ["windows-1251", "cff0e8e2e5f22c20ece8f02e20c2eee2e020e220cceef1eae2e5", "Привет, мир. Вова в Москве"],
  ["koi8-u", "e4cfc7cfd7cfd220d0cfc4d0c9d3c1ce20d720edcfd3cbd7c5", "Договор подписан в Москве"],
  ["shift_jis", "938c8b9e835e838f815b", "東京タワー"],
  ["euc-kr", "bcadbfef", "서울"],
  ["euc-kr", "bbefbcbac0fcc0dab4c220bcf6bff8bfa120c0d6b4d9", "삼성전자는 수원에 있다"],
  ["gb18030", "b1b1bea9", "北京"],
  ["big5", "bb4fa55f", "臺北"],
  ["windows-1252", "496e205afc72696368", "In Zürich"],
];

/** The library asks for its wasm beside it, which Node's fetch does not read. */
globalThis.fetch = async (url) => new Response(readFileSync(url));
const built = existsSync(new URL("../../www/libraries/encodings.js", import.meta.url));

test("encodings are told as a browser does", { skip: !built && "scripts/build-web makes the library" }, async () => {
  for (const [label, hex, text] of TEXTS) {
    assert.equal(await guess(bytes(hex)), label, text);
    const file = new File([bytes(hex)], "old.txt");
    assert.deepEqual(await readText(file), { text, guessed: label });
  }
  // Much ASCII before says nothing.
  const late = new Blob([ascii("a line\n".repeat(200_000)), bytes("bcadbfef")]);
  assert.equal(await guess(new Uint8Array(await late.arrayBuffer())), "euc-kr");
});

test("a reader's choice is taken as it is, and what is Unicode is not guessed", async () => {
  const korean = new File([bytes("bcadbfef")], "a.txt");
  assert.deepEqual(await readText(korean, "windows-1252"), { text: "¼\u00ad¿ï", guessed: "windows-1252" });
  for (const [own, text] of [
    [ascii("\ufeffZürich"), "Zürich"],
    [bytes("fffe5a00fc00"), "Zü"],
    [bytes("feff005a00fc"), "Zü"],
    [new Uint8Array(), ""],
  ]) {
    assert.deepEqual(await readText(new File([own], "a.txt")), { text, guessed: null });
  }
});

test("what is no text is refused", async () => {
  for (const own of [bytes("ff000080"), bytes("89504e470d0a1a0a0000000d"), bytes("00ff00ff0102")]) {
    await assert.rejects(readText(new File([own], "a.bin")));
  }
});

test("a page's own word counts", async () => {
  for (const [start, label] of [
    ['<html><head><meta charset="windows-1251">', "windows-1251"],
    ["<META http-equiv=content-type content='text/html; charset=euc-kr'>", "euc-kr"],
    ['<?xml version="1.0" encoding="ISO-8859-1"?>', "windows-1252"],
    ["<meta charset=gb2312>", "gb18030"],
    ["<meta charset=nonsense>", null],
    ["no page at all", null],
  ]) {
    assert.equal(declared(ascii(start)), label, start);
  }
  const page = new Blob([ascii("<meta charset=shift_jis>"), bytes("82a0")]);
  assert.equal(await guess(new Uint8Array(await page.arrayBuffer())), "shift_jis");
});

test("encodings have names, and what was found can be chosen again", () => {
  assert.equal(labelOf("latin1"), "windows-1252");
  assert.equal(labelOf("no such"), null);
  assert.equal(encodingName("windows-1252"), "Windows-1252");
  assert.equal(encodingName("iso-8859-4"), "ISO-8859-4");
  const labels = offered("iso-8859-4").map(([label]) => label);
  for (const label of ["iso-8859-4", "utf-8", "windows-1251", "koi8-u", "shift_jis", "euc-kr", "gb18030", "big5"]) {
    assert.ok(labels.includes(label), label);
    assert.equal(labelOf(label), label);
  }
  assert.equal(new Set(labels).size, labels.length);
});
