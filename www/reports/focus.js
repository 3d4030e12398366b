// The keyboard stays where something can be done.

/**
 * Hands the keyboard to `to` if it is in `from`, which is about to go or to be switched off.
 * @param {HTMLElement} from
 * @param {HTMLElement} to
 */
export function passFocus(from, to) {
  if (from.contains(document.activeElement)) to.focus();
}
