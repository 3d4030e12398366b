// Two boxes that show the same part of a text.

/**
 * @param {[HTMLElement, HTMLElement]} boxes
 * @param {() => boolean} together whether they scroll together now
 */
export function scrollTogether(boxes, together) {
  /** @type {HTMLElement | null} the one that was moved by the other, and is not to move that in turn */
  let led = null;
  for (const [side, box] of boxes.entries()) {
    const follow = () => {
      if (!together()) return;
      if (led === box) {
        led = null;
        return;
      }
      const other = boxes[1 - side];
      const share = box.scrollTop / Math.max(1, box.scrollHeight - box.clientHeight);
      const top = Math.round(share * (other.scrollHeight - other.clientHeight));
      if (Math.abs(other.scrollTop - top) < 2) return;
      led = other;
      other.scrollTop = top;
    };
    box.addEventListener("scroll", follow, { passive: true });
  }
}
