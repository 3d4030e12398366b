// Tabs: one of several panels at a time. Arrow keys go from tab to tab.

/**
 * @param {HTMLElement} list with role "tablist"
 * @param {(id: string) => void} onChange of the panel that is shown
 */
export function tabs(list, onChange) {
  const all = /** @type {HTMLButtonElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  /** @param {HTMLButtonElement} chosen */
  const choose = (chosen) => {
    for (const tab of all) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !isChosen;
    }
    onChange(chosen.getAttribute("aria-controls") ?? "");
  };
  for (const [index, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : step && index + step;
      if (to === undefined) return;
      event.preventDefault();
      const next = all[(to + all.length) % all.length];
      choose(next);
      next.focus();
    });
  }
}
