// Shows what was found last: the text with its marks, and a list. Text stays text.

const say = (name) => chrome.i18n.getMessage(name);

function show(found) {
  if (!found) return;
  const { text, entities, error } = found;
  document.documentElement.lang = say("language");
  if (error) {
    document.getElementById("text").textContent = `${say("failed")} ${error}`;
    return;
  }
  const parts = [];
  let at = 0;
  for (const { start, end, type } of entities) {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    mark.title = type;
    parts.push(text.slice(at, start), mark);
    at = end;
  }
  document.getElementById("text").replaceChildren(...parts, text.slice(at));
  const lines = entities.map(({ start, end, type, score }) => {
    const line = document.createElement("li");
    line.textContent = `${text.slice(start, end)}: ${type}, ${Math.round(score * 100)} %`;
    return line;
  });
  document.getElementById("list").replaceChildren(...lines);
  if (lines.length === 0) document.getElementById("list").textContent = say("none");
}

chrome.storage.session.onChanged.addListener(({ found }) => show(found?.newValue));
show((await chrome.storage.session.get("found")).found);
