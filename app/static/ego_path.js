/** Bending the ego's path in the page: handles along it, and a smooth curve through their offsets, until the server has its own. */

import "./projection.js";
import { poseAt } from "./tracks.js";

const { apply, inverse, rotate } = globalThis.RetakeProjection;
const HANDLES = 5;

/** The times of the handles: evenly over the scene, its ends included. */
export function handleTimes(scene) {
  const [start, end] = scene.span;
  return Array.from({ length: HANDLES }, (_, i) => Math.round(start + ((end - start) * i) / (HANDLES - 1)));
}

/** How far [ahead, left] of the recorded ego a place is. */
export function egoFrameOffset(recorded, t, [x, y]) {
  const pose = poseAt(recorded, t);
  const [ahead, left] = apply(inverse(pose), [x, y, pose[2]]);
  return { ahead, left };
}

/** The offsets of all handles with the one at `t` set; handles that are not bent yet stay on the recorded path. */
export function offsetsWith(scene, offsets, t, { left }) {
  const known = offsets.length > 0 ? offsets : handleTimes(scene).map((time) => ({ t_us: time, left: 0, ahead: 0 }));
  const others = known.filter((offset) => offset.t_us !== t);
  return [...others, { t_us: t, left, ahead: 0 }].sort((a, b) => a.t_us - b.t_us);
}

/** The value of a smooth curve through (t, value) points, held beyond its ends (cosine between neighbours). */
function smooth(offsets, t, name) {
  const after = offsets.findIndex((offset) => offset.t_us >= t);
  if (after === 0) return offsets[0][name];
  if (after < 0) return offsets.at(-1)[name];
  const a = offsets[after - 1], b = offsets[after];
  const share = (1 - Math.cos((Math.PI * (t - a.t_us)) / (b.t_us - a.t_us))) / 2;
  return a[name] + share * (b[name] - a[name]);
}

/** The recorded ego track, shifted by the offsets. */
export function bent(recorded, offsets) {
  return recorded.map((pose) => {
    const shift = [smooth(offsets, pose[0], "ahead"), smooth(offsets, pose[0], "left"), 0];
    const [dx, dy, dz] = rotate(pose.slice(4), shift);
    return [pose[0], pose[1] + dx, pose[2] + dy, pose[3] + dz, ...pose.slice(4)];
  });
}
