// What the page says of what has happened: kept as what makes it, so that it can be said again in another language.

/** @typedef {string | (string | Node)[]} Said */

/** @type {Map<Element, () => Said>} */
const said = new Map();

/**
 * Says something in a place; `make` gives it in the current language.
 * @param {Element} place
 * @param {() => Said} make
 */
export function say(place, make) {
  said.set(place, make);
  put(place, make());
}

export const hush = (/** @type {Element} */ place) => say(place, () => "");

/**
 * @param {Element} place
 * @param {Said} what
 */
function put(place, what) {
  if (typeof what !== "string") place.replaceChildren(...what);
  // Whatever is set is read aloud, though it stood there before.
  else if (place.textContent !== what) place.textContent = what;
}

/** Says all of it again, in the language that is current now. */
export function sayAgain() {
  for (const [place, make] of said) {
    if (place.isConnected) put(place, make());
    else said.delete(place);
  }
}
