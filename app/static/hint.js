/** The line below the map: what a tool waits for, and whom somebody who is being dragged would stand in. */

import { overlapWords } from "./overlaps.js";

const HINTS = {
  select: "Drag a car on the map or in a picture.",
  waypoint: "Click where it is to pass; Enter or a double click ends the path, ⌫ takes the last point back.",
  goal: "Click where it is to be at the end of the scene; vehicles follow the lanes there.",
  add: "Click where it is to stand.",
  rotate: "Move the pointer to turn it, click to let go; Shift turns by 15°.",
};
const BEND = "Drag the handles on the ego's path to bend it.";

export function createHint(element, store) {
  const { state } = store;

  function draw() {
    if (!state.scene) return;
    const { selected, tool, take } = state, overlaps = overlapWords(state), bends = selected === "ego" && tool === "select";
    const words = overlaps ? `Overlaps ${overlaps}.` : bends ? BEND : HINTS[tool];
    if (element.textContent !== words) element.textContent = words; // what is written is read out
    element.classList.toggle("warned", overlaps !== null);
    const isKnown = tool === "select" && selected !== "ego" && (selected !== null || take?.gestures.length > 0);
    element.hidden = overlaps === null && (state.space || isKnown);
  }

  store.watch(["tool", "space", "selected", "gesture", "scene", "take"], draw);
}
