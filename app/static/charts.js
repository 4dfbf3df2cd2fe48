/** Speed, acceleration and clearance of the selected actor over time, as asked for and as recorded. */

import { fitted } from "./dom.js";
import { actorsNow, egoBody, timeNow } from "./scenario.js";
import { actorAt, isPresent, MPS_TO_KMH, placeAt, pointToSegment, poseAt, velocityAt, yawOf } from "./tracks.js";

const CLEAR_M = 30; // no clearance beyond this is told
const TOPICS = ["scene", "take", "frame", "selected", "gesture", "waiting", "size"];
const ROWS = [
  { name: "speed", unit: "km/h", floor: 2 * MPS_TO_KMH },
  { name: "acceleration", unit: "m/s²", floor: 1, signed: true },
  { name: "clearance", unit: "m", floor: 5 },
];

// ------------------------------------------------------------------------------------------- what is measured

/** "0.3"; never "-0.0". */
const tenths = (value) => (Math.round(value * 10) / 10 + 0).toFixed(1);

const speed = (track, t) => Math.hypot(...velocityAt(track, t).slice(0, 2));

/** Change of the speed between the middles of the two stretches about a time. */
function acceleration(track, t) {
  if (track.length < 3) return 0;
  const i = Math.min(Math.max(track.findIndex((pose) => pose[0] >= t), 1), track.length - 2);
  const before = (track[i - 1][0] + track[i][0]) / 2, after = (track[i][0] + track[i + 1][0]) / 2;
  return (speed(track, after) - speed(track, before)) / ((after - before) * 1e-6);
}

function corners(pose, [length, width]) {
  const yaw = yawOf(pose), cos = Math.cos(yaw), sin = Math.sin(yaw);
  return [[1, 1], [-1, 1], [-1, -1], [1, -1]].map(([i, j]) => [
    pose[0] + (cos * i * length - sin * j * width) / 2, pose[1] + (sin * i * length + cos * j * width) / 2,
  ]);
}

/** Whether a line parts the two: one of the sides of either does. */
function overlap(a, b) {
  for (const polygon of [a, b]) {
    for (let i = 0; i < 2; i += 1) {
      const normal = [polygon[i + 1][1] - polygon[i][1], polygon[i][0] - polygon[i + 1][0]];
      const along = (points) => points.map(([x, y]) => x * normal[0] + y * normal[1]);
      const p = along(a), q = along(b);
      if (Math.max(...p) < Math.min(...q) || Math.max(...q) < Math.min(...p)) return false;
    }
  }
  return true;
}

/** The metres between two footprints; 0 where they overlap. */
export function gap(a, b) {
  if (overlap(a, b)) return 0;
  let least = Infinity;
  for (let i = 0; i < 4; i += 1) {
    for (let j = 0; j < 4; j += 1) {
      const next = (j + 1) % 4;
      least = Math.min(least, pointToSegment(a[i], b[j], b[next]), pointToSegment(b[i], a[j], a[next]));
    }
  }
  return least;
}

/** The metres to the nearest other footprint, the ego's included. */
function clearance(state, actor, others, t) {
  const pose = actorAt(actor, t);
  const mine = corners(pose, actor.size);
  let least = CLEAR_M;
  const consider = (track, size) => {
    const place = placeAt(track, t);
    const apart = Math.hypot(place[0] - pose[0], place[1] - pose[1]) - (Math.hypot(size[0], size[1]) + Math.hypot(actor.size[0], actor.size[1])) / 2;
    if (apart < least) least = Math.min(least, gap(mine, corners(poseAt(track, t), size)));
  };
  for (const other of others) if (other.id !== actor.id && isPresent(other, t)) consider(other.track, other.size);
  const ego = egoBody(state);
  consider(ego.track, ego.size);
  return least;
}

// ------------------------------------------------------------------------------------------- drawing

export function createCharts(canvas, store) {
  const { state } = store;

  const known = new Map(); // name of a row → {of: what it was measured on, points}

  /** A row's points, measured again only when something that they depend on is another. */
  function series(actor, name) {
    const of = name === "clearance" ? [actor, state.take.actors, state.gesture, state.waiting] : [actor];
    const key = actor === state.scene.actorsById.get(actor.id) ? `${name} recorded` : name;
    const last = known.get(key);
    if (last && last.of.every((each, i) => each === of[i])) return last.points;
    const points = measured(actor, name);
    known.set(key, { of, points });
    return points;
  }

  function measured(actor, name) {
    const others = name === "clearance" ? [...actorsNow(state).values()] : [];
    const measure = { speed: (t) => speed(actor.track, t) * MPS_TO_KMH, acceleration: (t) => acceleration(actor.track, t), clearance: (t) => clearance(state, actor, others, t) }[name];
    const keyframes = state.scene.frames.filter((frame) => frame.is_keyframe);
    const frames = name === "clearance" && keyframes.length > 4 ? keyframes : state.scene.frames;
    return frames.filter(({ t_us }) => isPresent(actor, t_us)).map(({ t_us }) => [t_us, measure(t_us)]);
  }

  function plot(context, points, box, range, colour, width) {
    const [start, end] = state.scene.span;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    points.forEach(([t, value], i) => {
      const x = box.left + ((t - start) / (end - start || 1)) * box.width;
      const y = box.top + box.height * (1 - (value - range[0]) / (range[1] - range[0]));
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
  }

  function drawRow(context, row, box, actor, original) {
    const now = series(actor, row.name);
    const before = original && original !== actor && row.name !== "clearance" ? series(original, row.name) : [];
    const values = [...now, ...before].map(([, value]) => value);
    const top = Math.max(row.floor, ...values) * 1.08, low = row.signed ? Math.min(-row.floor, ...values) * 1.08 : 0;
    context.fillStyle = "#12161d";
    context.fillRect(box.left, box.top, box.width, box.height);
    if (row.signed) {
      context.fillStyle = "#2b323e";
      context.fillRect(box.left, box.top + (box.height * top) / (top - low), box.width, 1);
    }
    plot(context, before, box, [low, top], "#6b7688", 1);
    plot(context, now, box, [low, top], "#5b9dff", 1.6);
    const t = timeNow(state), [start, end] = state.scene.span;
    context.fillStyle = "rgba(255, 255, 255, 0.7)";
    context.fillRect(box.left + ((t - start) / (end - start || 1)) * box.width, box.top, 1, box.height);
    const here = now.reduce((best, point) => (best === null || Math.abs(point[0] - t) < Math.abs(best[0] - t) ? point : best), null);
    const far = row.name === "clearance" && here?.[1] >= CLEAR_M ? "over " : "";
    context.fillStyle = "#9aa4b5";
    context.font = "11px system-ui, sans-serif";
    context.fillText(row.name.charAt(0).toUpperCase() + row.name.slice(1), box.left, box.top - 4);
    context.fillStyle = "#e8ecf3";
    context.textAlign = "right";
    context.fillText(here ? `${far}${tenths(here[1])} ${row.unit}` : "not there", box.left + box.width, box.top - 4);
    context.textAlign = "left";
  }

  function draw() {
    const actor = state.scene && actorsNow(state).get(state.selected);
    if (!actor || !canvas.isConnected) return;
    const { context, width, height } = fitted(canvas);
    if (width === 0) return;
    context.clearRect(0, 0, width, height);
    const each = height / ROWS.length;
    ROWS.forEach((row, i) => {
      const box = { left: 0, top: i * each + 16, width, height: each - 22 };
      drawRow(context, row, box, actor, state.scene.actorsById.get(actor.id));
    });
  }

  store.watch(TOPICS, draw);
  new ResizeObserver(() => store.touch("size")).observe(canvas);
}
