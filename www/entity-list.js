// The entities of a result: how many of each type, and every distinct one with its score and its mentions.

import { typeColour, typeName } from "./tags.js";

/**
 * @param {HTMLElement} types the list of counts by type
 * @param {HTMLElement} list the list of distinct entities
 * @param {Array} entities of a result
 * @param {(word: number) => void} onChoose gets the first word of the mention to go to
 */
export function renderEntities(types, list, entities, onChoose) {
  types.replaceChildren(...countTypes(entities).map(([type, count]) => {
    const item = document.createElement("li");
    item.dataset.colour = typeColour(type);
    item.append(span("type-name", typeName(type)), span("count", String(count)));
    return item;
  }));
  list.replaceChildren(...groupMentions(entities).map((mentions) => entityItem(mentions, onChoose)));
}

/** Types with their counts, the most frequent one first. */
function countTypes(entities) {
  const counts = new Map();
  for (const { type } of entities) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Mentions of the same text and type together, in the order of the text. */
function groupMentions(entities) {
  const groups = new Map();
  for (const entity of entities) {
    const key = JSON.stringify([entity.type, entity.text]);
    const mentions = groups.get(key);
    if (mentions) mentions.push(entity);
    else groups.set(key, [entity]);
  }
  return [...groups.values()];
}

function entityItem(mentions, onChoose) {
  const [{ type, text }] = mentions;
  const score = mentions.reduce((sum, mention) => sum + mention.score, 0) / mentions.length;

  const item = document.createElement("li");
  item.dataset.type = type;
  item.dataset.count = mentions.length;
  item.dataset.colour = typeColour(type);

  const name = document.createElement("bdi");
  name.className = "entity-text";
  name.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.append(name, " ");
  if (mentions.length > 1) button.append(span("count", `\u00d7${mentions.length}`), " ");
  button.append(span("type-name", typeName(type)), " ", span("score", score.toFixed(3)));
  let next = 0;
  button.addEventListener("click", () => {
    onChoose(mentions[next].words[0]);
    next = (next + 1) % mentions.length;
  });
  item.append(button);
  return item;
}

function span(className, text) {
  const created = document.createElement("span");
  created.className = className;
  created.textContent = text;
  return created;
}
