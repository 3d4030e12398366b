// Mails as their readers see them, by the library that the page loads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { isMail, ofMail } from "../../www/demo/mail.js";

const { parse } = PostalMime;
const tools = {
  parse,
  ofHtml: (html) =>
    html
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim(),
};
const bytes = (text) => new TextEncoder().encode(text);
const textOf = async (text, ending = "eml") => (await ofMail(bytes(text), ending, tools)).text;

test("a mail is its head, decoded, and its plain text; what is attached is named, mails in it are read", async () => {
  const { text, left } = await ofMail(readFileSync("tests/files/mail.eml"), "eml", tools);
  assert.equal(
    text,
    `From: Ada Lövelace <ada@example.org>
To: Charles Babbage <charles@example.org>, "Somerville, Mary" <mary@example.org>
Cc: Engines: one@example.org, two@example.org;
Date: Fri, 27 Nov 2026 14:33:28 +0100
Subject: Grüße aus Zürich

We met in Zürich, at the bank of the river.

From: Luigi Menabrea <luigi@example.org>
Subject: Turin

From Torino à bientôt`,
  );
  assert.deepEqual(left, ["plan.pdf"]);
});

test("a mail of HTML alone is the text of it, and one without a text its head", async () => {
  assert.equal(await textOf("Subject: a\nContent-Type: text/html\n\n<p>In <b>Rome</b></p>"), "Subject: a\n\nIn Rome");
  assert.equal(await textOf("Subject: a\n b\n\n"), "Subject: a b");
  assert.equal(await textOf("no mail at all"), "");
});

test("boxes hold several mails, Apple's begin with a length, saved pages have no head", async () => {
  const box =
    "From a@b Mon Jan 1\nSubject: one\n\nfirst\nFrom here\n\nFrom c@d Mon Jan 1\r\nSubject: two\r\n\r\nsecond\r\n";
  assert.equal(await textOf(box, "mbox"), "Subject: one\n\nfirst\nFrom here\n\n\nSubject: two\n\nsecond");
  const mail = "Subject: one\n\nfirst\n";
  assert.equal(await textOf(`${mail.length}\n${mail}<?xml version="1.0"?>`, "emlx"), "Subject: one\n\nfirst");
  const page = "From: <Saved by Blink>\nSubject: a\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>A page</p>";
  assert.equal(await textOf(page, "mhtml"), "A page");
});

test("mails that would take long are refused, and any others are read in bounded time", async () => {
  const many = "Content-Type: multipart/mixed; boundary=a\n--a\n".repeat(20_000);
  await assert.rejects(textOf(many), /more parts/);
  const deep = Array.from({ length: 200 }, (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`);
  await assert.rejects(textOf(deep.join("")), /more parts/);
  await assert.rejects(textOf(`Subject: a\n\n${"a\n".repeat(400_000)}`), /more parts or lines/);
  const nested = "Content-Type: message/rfc822\n\n".repeat(1000);
  assert.equal(await textOf(`Subject: a\n${nested}`), "Subject: a");
  const began = process.cpuUsage();
  await textOf(
    `To: ${"a@b, <".repeat(20_000)}\nSubject: ${"=?utf-8?Q?a?= ".repeat(20_000)}\n\n${"=\n".repeat(100_000)}`,
  );
  // What grows with the square of the text takes minutes.
  assert.ok(process.cpuUsage(began).user < 10e6);
});

test("what a box may cost is for all of its mails, and those that are left out are told", async () => {
  const mail = (lines) => `From a@b Mon Jan 1\nSubject: one\n\n${"\n".repeat(lines)}a\n\n`;
  const quick = { ...tools, parse: async () => ({ headers: [], subject: "one", attachments: [] }) };
  const { text, part } = await ofMail(bytes(mail(120_000).repeat(6)), "mbox", quick);
  assert.deepEqual(part, { of: "mails", read: 2, all: 6 });
  assert.equal(text.split("Subject: one").length, 3);
  assert.equal((await ofMail(bytes(mail(2).repeat(6)), "mbox", tools)).part, null);
  const many = await ofMail(bytes(mail(0).repeat(10_001)), "mbox", quick);
  assert.deepEqual(many.part, { of: "mails", read: 10_000, all: 10_001 });
});

test("a box is read with pauses, in which it can be closed", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  let read = 0;
  const parse = async (own, options) => {
    read += 1;
    return tools.parse(own, options);
  };
  const box = `From a@b Mon Jan 1\nSubject: one\n\n${"a\n".repeat(100)}\n`.repeat(2000);
  await assert.rejects(ofMail(bytes(box), "mbox", { ...tools, parse }, stop.signal), { name: "AbortError" });
  assert.ok(read < 2000);
});

test("mails are known by their names, or as they begin", () => {
  assert.ok(isMail("eml", "", ""));
  assert.ok(isMail("txt", "", "Return-Path: <a@b>\nFrom: c"));
  assert.ok(isMail("", "message/rfc822", ""));
  assert.ok(!isMail("txt", "", "Dear Ada: the mime-version"));
  assert.ok(!isMail("txt", "", "From: a play\nTo: nobody"));
  assert.ok(!isMail("md", "", "Received: today"));
});
