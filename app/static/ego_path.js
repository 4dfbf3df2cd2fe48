/** Bending the ego's path in the page: handles along it, and a smooth curve through their offsets, until the server has its own. */

import "./projection.js";
import { poseAt } from "./tracks.js";

const { apply, inverse, rotate } = globalThis.RetakeProjection;
const HANDLES = 5;
const LEAST_M = 5; // of a drive, for handles along its way

/** The times of the handles: evenly along the way, its ends included; evenly in time where the ego hardly moves. */
export function handleTimes(scene) {
  const { ego } = scene;
  const way = [0];
  for (let i = 1; i < ego.length; i += 1) {
    way.push(way[i - 1] + Math.hypot(ego[i][1] - ego[i - 1][1], ego[i][2] - ego[i - 1][2]));
  }
  const [start, end] = [ego[0][0], ego.at(-1)[0]];
  return Array.from({ length: HANDLES }, (_, n) => {
    const share = n / (HANDLES - 1);
    return way.at(-1) < LEAST_M ? Math.round(start + (end - start) * share) : timeAlong(ego, way, way.at(-1) * share);
  });
}

/** When the ego has gone so many metres. */
function timeAlong(ego, way, metres) {
  const i = Math.max(way.findIndex((gone) => gone >= metres - 1e-9), 1);
  const share = (metres - way[i - 1]) / (way[i] - way[i - 1] || 1);
  return Math.round(ego[i - 1][0] + (ego[i][0] - ego[i - 1][0]) * share);
}

/** How far [ahead, left] of the recorded ego a place is. */
export function egoFrameOffset(recorded, t, [x, y]) {
  const pose = poseAt(recorded, t);
  const [ahead, left] = apply(inverse(pose), [x, y, pose[2]]);
  return { ahead, left };
}

/** The offsets of all handles with what is said of the one at `t` set, to the centimetre; handles that are not bent yet stay on the
 * recorded path. None where nothing is bent. */
export function offsetsWith(scene, offsets, t, change) {
  const known = offsets.length > 0 ? offsets : handleTimes(scene).map((time) => ({ t_us: time, left: 0, ahead: 0 }));
  const others = known.filter((offset) => offset.t_us !== t), { left, ahead } = { ...offsetAt(known, t), ...change };
  const toCentimetre = (metres) => Math.round(metres * 100) / 100 || 0; // never -0
  const all = [...others, { t_us: t, left: toCentimetre(left), ahead: toCentimetre(ahead) }];
  return all.some((offset) => offset.left !== 0 || offset.ahead !== 0) ? all.sort((a, b) => a.t_us - b.t_us) : [];
}

/** How far [left, ahead] of the recorded path the ego is, also between and beyond the points that say so. */
export const offsetAt = (offsets, t) => (offsets.length > 0 ? { left: smooth(offsets, t, "left"), ahead: smooth(offsets, t, "ahead") } : { left: 0, ahead: 0 });

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
  if (offsets.length === 0) return recorded;
  return recorded.map((pose) => {
    const shift = [smooth(offsets, pose[0], "ahead"), smooth(offsets, pose[0], "left"), 0];
    const [dx, dy, dz] = rotate(pose.slice(4), shift);
    return [pose[0], pose[1] + dx, pose[2] + dy, pose[3] + dz, ...pose.slice(4)];
  });
}
