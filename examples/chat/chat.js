// A chat that takes personal data out of what it sends, and puts it back into the answer as it streams in. Copy the
// folder into `www` and run `nerite serve`, then open /chat/. Elsewhere bring your own `pkg` and bundle and say below
// where they are (in a published site, `pkg` is in a folder with a hash); with a bundler it is `from "nerite"`.

import { load } from "../pkg/nerite.js";

const byId = (id) => document.getElementById(id);
const recognizer = load(new URL("../bundles/all-MiniLM-L6-v2/", import.meta.url));

/** In place of a language model's address: it answers with the placeholders that it was sent, word by word. */
async function fetchAnswer(_, { body }) {
  const [name, mail] = JSON.parse(body).message.match(/\[\w+\]/g) ?? ["you", "you"];
  const words = `Dear **${name}**, your order is late. (To ${mail})`.split(/(?<= )/);
  const stream = new ReadableStream({
    async start(controller) {
      for (const word of words) controller.enqueue(new TextEncoder().encode(word));
      controller.close();
    },
  });
  return new Response(stream);
}

/** The table of the conversation: the same person is the same placeholder in every message. */
let table;

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const redaction = await (await recognizer).redact(byId("message").value, { table });
  table = redaction.table();
  byId("sent").textContent = redaction.text;
  byId("answer").textContent = "";
  const response = await fetchAnswer("https://chat.example/", { body: JSON.stringify({ message: redaction.text }) });
  const answer = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(redaction.restorer()).getReader();
  for (let next = await answer.read(); !next.done; next = await answer.read()) byId("answer").append(next.value);
});
