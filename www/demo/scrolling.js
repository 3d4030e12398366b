// Two boxes that show the same part of a text.

import { firstIndex } from "./blocks.js";

/**
 * The place at a box's upper edge, as the index of a block and how far into it; and back. Both boxes have the same blocks,
 * but what is marked in them makes one higher than in the other.
 * @param {HTMLElement} box
 */
function place(box) {
  const blocks = /** @type {HTMLCollectionOf<HTMLElement>} */ (box.children);
  const top = box.getBoundingClientRect().top;
  const index = firstIndex(blocks.length, (at) => blocks[at].getBoundingClientRect().bottom > top);
  if (index === blocks.length) return { index: index - 1, share: 1 };
  const { top: start, height } = blocks[index].getBoundingClientRect();
  return { index, share: (top - start) / Math.max(1, height) };
}

/**
 * @param {HTMLElement} box
 * @param {{ index: number, share: number }} place
 */
function topOf(box, { index, share }) {
  const block = box.children[index];
  if (!block) return box.scrollTop;
  const { top, height } = block.getBoundingClientRect();
  return Math.round(box.scrollTop + top - box.getBoundingClientRect().top + share * height);
}

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
      const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
      const most = other.scrollHeight - other.clientHeight;
      const top = end ? most : Math.min(most, Math.max(0, topOf(other, place(box))));
      if (Math.abs(other.scrollTop - top) < 2) return;
      led = other;
      other.scrollTop = top;
    };
    box.addEventListener("scroll", follow, { passive: true });
  }
}
