/** Who would stand in whom, told while something is dragged: the page's copy of editor/overlaps.py, and of what editor/checks.py takes for news. */

import { seconds } from "./dom.js";
import { actorName, actorsNow, egoBody, timeNow } from "./scenario.js";
import { isPresent, placeAt, poseAt, yawOf } from "./tracks.js";

export const CLASH = "#ff7a7a"; // the colour of who stands in whom
const TOUCHING_M = 0.15; // boxes are drawn loosely; this much is no collision
const CERTAIN_M = 0.6; // this much is one for certain
const AS_BAD = 0.05; // severities that differ by less are alike
const MOST_FRAMES = 120; // of a longer scene keyframes are looked at, and the moment that is shown

/** Half of a rectangle's shadow on an axis [x, y]. */
const shadow = (yaw, [length, width], x, y) =>
  (Math.abs(Math.cos(yaw) * x + Math.sin(yaw) * y) * length + Math.abs(Math.cos(yaw) * y - Math.sin(yaw) * x) * width) / 2;

/** How deep two boxes on the ground stand in one another: the least overlap of their shadows on their own axes; below 0 where one parts them. */
function depth(pose, size, otherPose, otherSize) {
  const yaw = yawOf(pose), otherYaw = yawOf(otherPose), dx = otherPose[0] - pose[0], dy = otherPose[1] - pose[1];
  let least = Infinity;
  for (const angle of [yaw, yaw + Math.PI / 2, otherYaw, otherYaw + Math.PI / 2]) {
    const x = Math.cos(angle), y = Math.sin(angle);
    least = Math.min(least, shadow(yaw, size, x, y) + shadow(otherYaw, otherSize, x, y) - Math.abs(dx * x + dy * y));
  }
  return least;
}

const radius = ([length, width]) => Math.hypot(length, width) / 2;

/** The same at a time; 0 where they do not, or one of them is not there. */
function depthAt(body, other, t) {
  if (!isPresent(body, t) || !isPresent(other, t)) return 0;
  const [x, y, z] = placeAt(body.track, t), [u, v, w] = placeAt(other.track, t), reach = radius(body.size) + radius(other.size);
  if (Math.abs(x - u) >= reach || Math.abs(y - v) >= reach || Math.abs(z - w) >= (body.size[2] + other.size[2]) / 2 - TOUCHING_M) return 0;
  return Math.max(depth(poseAt(body.track, t), body.size, poseAt(other.track, t), other.size), 0);
}

function timesOf(state) {
  const { frames } = state.scene, some = frames.length > MOST_FRAMES ? frames.filter((frame) => frame.is_keyframe) : frames;
  return [...new Set([...some.map(({ t_us: t }) => t), timeNow(state)])].sort((a, b) => a - b);
}

/** When, and how deep, two stand in one another: [{from, to, metres}], each from the first such time to the last. */
function runs(body, other, times) {
  const found = [];
  let run = null;
  for (const t of times) {
    const metres = depthAt(body, other, t);
    if (metres <= TOUCHING_M) run = null;
    else if (run) Object.assign(run, { to: t, metres: Math.max(run.metres, metres) });
    else found.push((run = { from: t, to: t, metres }));
  }
  return found;
}

const severity = ({ metres }) => Math.min(metres / CERTAIN_M, 1);

/** Whether the recording shows as much at the same time. */
const isShown = (run, before) => before.some((was) => run.from <= was.to && was.from <= run.to && severity(run) <= severity(was) + AS_BAD);

/** Whom an actor, or the ego, would stand in, those of the moment that is shown first, then the ego, then the earliest: [{id, t, metres, isNow}], t when it begins; what the recording shows, too, is left out. */
export function overlapsOf(state, body) {
  const times = timesOf(state), now = timeNow(state), found = [], wasBody = recorded(state, body.id);
  for (const other of [...actorsNow(state).values(), egoBody(state)]) {
    if (other.id === body.id) continue;
    const all = runs(body, other, times), was = all.length > 0 && wasBody && recorded(state, other.id);
    const before = was ? runs(wasBody, was, times) : [], [first, ...rest] = all.filter((run) => !isShown(run, before));
    if (!first) continue;
    const isNow = [first, ...rest].some(({ from, to }) => from <= now && now <= to);
    found.push({ id: other.id, t: first.from, metres: Math.max(...[first, ...rest].map(({ metres }) => metres)), isNow });
  }
  return found.sort((a, b) => b.isNow - a.isNow || (b.id === "ego") - (a.id === "ego") || a.t - b.t);
}

const recorded = (state, id) => (id === "ego" ? egoBody(state, state.scene.ego) : state.scene.actorsById.get(id));

/** Who is in another's place at the moment that is shown, while something is dragged. */
export function clashing({ gesture }) {
  const now = gesture?.overlaps?.filter(({ isNow }) => isNow) ?? [];
  return new Set(now.length > 0 ? [gesture.id ?? "ego", ...now.map(({ id }) => id)] : []);
}

/** Whom, and when: "the ego at 3.50 s, and 2 more"; null where nobody is dragged into anybody. */
export function overlapWords(state) {
  const [first, ...rest] = state.gesture?.overlaps ?? [];
  if (!first) return null;
  const name = first.id === "ego" ? "the ego" : actorName(state, actorsNow(state).get(first.id));
  return `${name} ${first.isNow ? "here" : `at ${seconds(state.scene, first.t)}`}${rest.length > 0 ? `, and ${rest.length} more` : ""}`;
}
