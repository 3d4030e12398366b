// Shows the script of the embedding example below it.

const response = await fetch(document.getElementById("source-link").href);
if (response.ok) document.getElementById("source").textContent = await response.text();
