/** Where things are between their annotated poses, how far from one another, and how a drag moves them: the page's copy of editor/tracks.py.

A track is [[t_us, x, y, z, qw, qx, qy, qz], …] with times rising. */

import "./projection.js";

const { rotate, multiply, compose, inverse } = globalThis.RetakeProjection;
const HOLD_US = 100_000;
export const MPS_TO_KMH = 3.6;

function slerp(a, b, share) {
  let dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = dot < 0 ? -1 : 1;
  dot = Math.min(dot * sign, 1);
  const angle = Math.acos(dot);
  const [p, q] = angle < 1e-4
    ? [1 - share, share]
    : [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  return a.map((component, i) => p * component + q * sign * b[i]);
}

/** The index of the first pose after a time, held to 1…length-1. */
function after(track, t) {
  let low = 1, high = track.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track[middle][0] > t) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The place [x, y, z] of a track at any time. */
export function placeAt(track, t) {
  if (track.length === 1) return track[0].slice(1, 4);
  const i = after(track, t);
  const a = track[i - 1], b = track[i];
  const share = (t - a[0]) / (b[0] - a[0]);
  return [a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2]), a[3] + share * (b[3] - a[3])];
}

/** The pose [x, y, z, qw, qx, qy, qz] of a track at any time. */
export function poseAt(track, t) {
  if (track.length === 1) return track[0].slice(1);
  const i = after(track, t);
  const a = track[i - 1], b = track[i];
  const share = Math.min(Math.max((t - a[0]) / (b[0] - a[0]), 0), 1);
  return [...placeAt(track, t), ...slerp(a.slice(4), b.slice(4), share)];
}

export function isPresent(actor, t) {
  const { track } = actor;
  if (t < track[0][0] - HOLD_US || t > track.at(-1)[0] + HOLD_US) return false;
  return !actor.absent.some(([start, end]) => start <= t && t <= end);
}

/** The pose of an actor at a time, or null where it is not there. */
export const actorAt = (actor, t) => (isPresent(actor, t) ? poseAt(actor.track, t) : null);

/** The velocity [x, y, z] in metres per second around a time. */
export function velocityAt(track, t) {
  if (track.length === 1) return [0, 0, 0];
  const i = after(track, t);
  const a = track[i - 1], b = track[i], seconds = (b[0] - a[0]) * 1e-6;
  return [1, 2, 3].map((k) => (b[k] - a[k]) / seconds);
}

export function yawOf(pose) {
  const forward = rotate(pose.slice(3), [1, 0, 0]);
  return Math.atan2(forward[1], forward[0]);
}

export const yawQuaternion = (yaw) => [Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)];

// ------------------------------------------------------------------------------------------- previews of a gesture

/** The same motion with a pose at a time that lies within the track. */
function withPoseAt(track, t) {
  if (t < track[0][0] || t > track.at(-1)[0] || track.some((pose) => pose[0] === t)) return track;
  const i = after(track, t);
  return [...track.slice(0, i), [t, ...poseAt(track, t)], ...track.slice(i)];
}

/** Which poses an edit of this scope at this time takes along. */
function concerned(t, scope) {
  if (scope === "track") return () => true;
  return ([at]) => at === t || (scope === "onward" && at > t);
}

/** A time at which somebody is, the nearest to this one. */
const within = (track, t) => Math.min(Math.max(t, track[0][0]), track.at(-1)[0]);

/** The actor shifted by [x, y] metres of the world, as the server will do it. */
export function moved(actor, t, [dx, dy], scope) {
  const at = within(actor.track, t), takes = concerned(at, scope), track = scope === "track" ? actor.track : withPoseAt(actor.track, at);
  return { ...actor, track: track.map((p) => (takes(p) ? [p[0], p[1] + dx, p[2] + dy, ...p.slice(3)] : p)) };
}

/** The actor turned about the vertical through where it is at the time. */
export function rotated(actor, t, angle, scope) {
  const at = within(actor.track, t), takes = concerned(at, scope);
  const [x0, y0] = poseAt(actor.track, at);
  const cos = Math.cos(angle), sin = Math.sin(angle), turn = yawQuaternion(angle);
  const track = withPoseAt(actor.track, at).map((p) => {
    if (!takes(p)) return p;
    const dx = p[1] - x0, dy = p[2] - y0;
    return [p[0], x0 + cos * dx - sin * dy, y0 + sin * dx + cos * dy, p[3], ...multiply(turn, p.slice(4))];
  });
  return { ...actor, track };
}

/** The pose of the ego when a picture was taken, where the ego path is no longer the recorded one. */
export function pictureEgo(egoTrack, recordedTrack, picture) {
  if (egoTrack === recordedTrack) return picture.ego;
  return compose(compose(poseAt(egoTrack, picture.t_us), inverse(poseAt(recordedTrack, picture.t_us))), picture.ego);
}

/** How far a place is from the line between two others. */
export function pointToSegment([x, y], [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay;
  const share = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
