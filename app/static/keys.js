/** Keys → actions, by the server's table; a key that a field, a slider or what is pressed by keys has a use for stays there. */

import { isTypedInto } from "./fields.js";

const PRESSED_BY_KEYS = "button, summary, a[href], input[type=color]";
const SLIDING = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const SCROLLING = "[role=tabpanel], .actor"; // by page
const LET_GO_ONCE_SET = "select, input[type=range], input[type=color]";

/** Whether a key was only to be had with AltGr, which Windows reports as Ctrl and Alt, or with a Mac's Option: "[" on many keyboards. */
function isReachedByAlt(event) {
  const isSign = event.key.length === 1 && !/[a-z0-9\s]/i.test(event.key);
  return isSign && (event.altKey || event.getModifierState("AltGraph"));
}

/** "ctrl+shift+z": a key press as the table writes it. */
function keyName(event) {
  if (isReachedByAlt(event)) return event.key;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (event.shiftKey && (key.length > 1 || parts.length > 0)) parts.push("shift");
  return [...parts, key].join("+");
}

/** What was pressed with the pointer lets go of the keyboard, so that Space plays; whoever tabs to a button keeps it. */
function letGoOfWhatWasPressed(root) {
  let byPointer = false;
  root.addEventListener("pointerdown", () => { byPointer = true; }, true);
  root.addEventListener("keydown", () => { byPointer = false; }, true);
  root.addEventListener("click", (event) => event.detail > 0 && event.target.closest("button, summary")?.blur());
  root.addEventListener("change", (event) => byPointer && event.target.matches(LET_GO_ONCE_SET) && event.target.blur());
}

/** Whether the element that has the keyboard does something of its own with a key. */
function keepsKey({ target, key, ctrlKey, metaKey, altKey }) {
  if (target.type === "range") return SLIDING.includes(key) && !ctrlKey && !metaKey && !altKey;
  if (["PageUp", "PageDown"].includes(key)) return target.closest(SCROLLING) !== null;
  return [" ", "Enter"].includes(key) && target.matches(PRESSED_BY_KEYS);
}

export function listenToKeys(root, table, perform) {
  letGoOfWhatWasPressed(root);
  const byKey = new Map(table.flatMap((action) => action.keys.map((key) => [key, action])));

  root.ownerDocument.addEventListener("keydown", (event) => {
    const action = byKey.get(keyName(event));
    if (!action || root.querySelector("dialog[open]")) return;
    if (isTypedInto(event.target) || event.target.tagName === "SELECT") {
      if (action.name === "escape") event.target.blur();
      return;
    }
    if (keepsKey(event)) return;
    event.preventDefault();
    if (!event.repeat || action.repeats) perform(action.name);
  });
}

const SYMBOLS = { arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", escape: "Esc", delete: "Del", space: "Space", ctrl: "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", backspace: "⌫", home: "Home", end: "End", pagedown: "PgDn", pageup: "PgUp" };

/** "ctrl+shift+z" → "Ctrl+Shift+Z". */
export const keyWords = (key) => (key === "+" ? "+" : key.split("+").map((part) => SYMBOLS[part] ?? part.toUpperCase()).join("+"));
