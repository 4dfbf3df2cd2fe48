/** The line below the map: what a tool waits for; how far somebody is being dragged, and whom he would stand in. */

import { make, seconds } from "./dom.js";
import { offsetAt } from "./ego_path.js";
import { overlapWords } from "./overlaps.js";

const HINTS = {
  select: "Drag a car on the map or in a picture.",
  waypoint: "Click where it is to pass; Enter or a double click ends the path, ⌫ takes the last point back.",
  goal: "Click where it is to be at the end of the scene; vehicles follow the lanes there.",
  add: "Click where it is to stand.",
  rotate: "Move the pointer to turn it, click to let go; Shift turns by 15°.",
};
const BEND = "Drag the handles on the ego's path to bend it.";

/** `2.4 m, from 3.00 s on`: what is done by a drag so far, and to how much of a path; null where none is under way. */
function dragWords({ scene, gesture, take }) {
  if (!gesture) return null;
  const { kind, t, scope, by, angle, offsets } = gesture, at = seconds(scene, t);
  const concerned = { track: "all along", onward: `from ${at} on`, moment: `at ${at} alone` }[scope];
  if (kind === "move") return `${Math.hypot(...by).toFixed(1)} m, ${concerned}.`;
  if (kind === "rotate") return `${Math.round((angle * 180) / Math.PI)}°, ${concerned}.`;
  if (kind !== "bend") return null;
  const { left } = offsetAt(offsets ?? take.ego_offsets, t);
  return `${Math.abs(left).toFixed(1)} m to the ${left < 0 ? "right" : "left"} at ${at}.`;
}

export function createHint(element, store) {
  const { state } = store;
  const live = make("span", { "aria-live": "polite" }), silent = make("span"); // metres change with every move of the pointer
  element.replaceChildren(live, silent);

  function draw() {
    if (!state.scene) return;
    const { selected, tool, take } = state, overlaps = overlapWords(state), bends = selected === "ego" && tool === "select";
    const drag = dragWords(state);
    const words = overlaps ? `Overlaps ${overlaps}.` : drag ? "" : bends ? BEND : HINTS[tool];
    if (live.textContent !== words) live.textContent = words; // what is written is read out
    silent.textContent = [words && drag && " ", drag].filter(Boolean).join("");
    element.classList.toggle("warned", overlaps !== null);
    const isKnown = tool === "select" && selected !== "ego" && (selected !== null || take?.gestures.length > 0);
    element.hidden = !overlaps && !drag && (state.space || isKnown);
  }

  store.watch(["tool", "space", "selected", "gesture", "scene", "take"], draw);
}
