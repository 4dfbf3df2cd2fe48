/** Keys → actions, by the server's table; a key typed into a field stays there. */

const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);

/** "ctrl+shift+z": a key press as the table writes it. */
export function keyName(event) {
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
  root.addEventListener("click", (event) => event.detail > 0 && event.target.closest("button")?.blur());
  root.addEventListener("change", (event) => byPointer && event.target.tagName === "SELECT" && event.target.blur());
}

export function listenToKeys(root, table, perform) {
  letGoOfWhatWasPressed(root);
  const byKey = new Map(table.flatMap((action) => action.keys.map((key) => [key, action.name])));

  root.ownerDocument.addEventListener("keydown", (event) => {
    const name = byKey.get(keyName(event));
    if (!name || root.querySelector("dialog[open]")) return;
    const field = FIELDS.has(event.target.tagName) && event.target.type !== "range" && event.target.type !== "checkbox";
    if (field && !(name === "escape")) return;
    if (field) {
      event.target.blur();
      return;
    }
    const onButton = event.target.tagName === "BUTTON" && [" ", "Enter"].includes(event.key);
    if (onButton) return;
    event.preventDefault();
    perform(name);
  });
}

const SYMBOLS = { arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", escape: "Esc", delete: "Del", space: "Space", ctrl: "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", backspace: "⌫", home: "Home", end: "End" };

/** "ctrl+shift+z" → "Ctrl+Shift+Z". */
export const keyWords = (key) => (key === "+" ? "+" : key.split("+").map((part) => SYMBOLS[part] ?? part.toUpperCase()).join("+"));
