/** What is being done with the pointer, wherever it is done: begin, follow, finish or cancel; nothing is sent until the end.

The map and the pictures hand over places on the ground (metres, world), so a drag is one thing in all of them. */

import { overlapsOf } from "./overlaps.js";
import { actorNow, egoBody, egoNow, groundAt, timeNow } from "./scenario.js";
import { moved, pointToSegment, poseAt, rotated, yawOf, yawQuaternion } from "./tracks.js";
import { bent, egoFrameOffset, offsetAt, offsetsWith } from "./ego_path.js";

const CLICK_M = 0.05; // a drag shorter than this is a click
const CLICK_RAD = 0.005;

export function createGestures(store, take, nudges) {
  const { state } = store;

  function begin(gesture) {
    nudges.send(); // later, it would end this one
    store.set({ gesture });
  }

  const cancel = () => store.set({ gesture: null, tool: "select" });
  const preview = (actor) => new Map([[actor.id, actor]]);

  // ------------------------------------------------------------------------------------------- moving

  function beginMove(id, [x, y], t = timeNow(state), scope = state.scope) {
    const actor = actorNow(state, id);
    if (actor) begin({ kind: "move", id, from: [x, y], by: [0, 0], t, scope, before: actor, actors: null });
  }

  function move(gesture, [x, y]) {
    const by = [x - gesture.from[0], y - gesture.from[1]];
    const actor = moved(gesture.before, gesture.t, by, gesture.scope);
    store.set({ gesture: { ...gesture, by, actors: preview(actor), overlaps: overlapsOf(state, actor) } });
  }

  function endMove({ id, by, t, scope, actors }) {
    if (Math.hypot(...by) < CLICK_M) return store.set({ gesture: null });
    return take.commit({ kind: "move", actor: id, t_us: t, by: [...by, 0], scope }, { actors });
  }

  // ------------------------------------------------------------------------------------------- turning

  function beginRotate(id, [x, y]) {
    const actor = actorNow(state, id);
    if (!actor) return;
    const [cx, cy] = poseAt(actor.track, timeNow(state));
    const gesture = { kind: "rotate", id, centre: [cx, cy], start: Math.atan2(y - cy, x - cx), angle: 0 };
    begin({ ...gesture, t: timeNow(state), scope: state.scope, before: actor, actors: null });
  }

  function rotate(gesture, [x, y], snap) {
    let angle = Math.atan2(y - gesture.centre[1], x - gesture.centre[0]) - gesture.start;
    angle = Math.atan2(Math.sin(angle), Math.cos(angle));
    if (snap) angle = Math.round(angle / (Math.PI / 12)) * (Math.PI / 12);
    const actor = rotated(gesture.before, gesture.t, angle, gesture.scope);
    store.set({ gesture: { ...gesture, angle, actors: preview(actor), overlaps: overlapsOf(state, actor) } });
  }

  function endRotate({ id, angle, t, scope, actors }) {
    store.set({ tool: "select" });
    if (Math.abs(angle) < CLICK_RAD) return store.set({ gesture: null });
    return take.commit({ kind: "rotate", actor: id, t_us: t, by_rad: angle, scope }, { actors });
  }

  // ------------------------------------------------------------------------------------------- bending the ego path

  function beginBend(t, [x, y]) {
    begin({ kind: "bend", t, from: [x, y], ego: null });
  }

  function bend(gesture, point) {
    const { left } = egoFrameOffset(state.scene.ego, gesture.t, point);
    const offsets = offsetsWith(state.scene, state.take.ego_offsets, gesture.t, { left });
    const ego = bent(state.scene.ego, offsets);
    store.set({ gesture: { ...gesture, offsets, ego, overlaps: overlapsOf(state, egoBody(state, ego)) } });
  }

  function endBend(gesture) {
    const { t, offsets, ego } = gesture;
    if (!ego || offsetAt(offsets, t).left === offsetAt(state.take.ego_offsets, t).left) return store.set({ gesture: null });
    return take.commit({ kind: "ego_path", offsets }, { actors: new Map(), ego });
  }

  // ------------------------------------------------------------------------------------------- waypoints, goals, adding

  /** A click on the ground with a tool other than "select"; true where it was used. `isUnderPointer` says it of a point on the ground. */
  function place(point, isUnderPointer) {
    if (state.tool === "waypoint") return placeWaypoint(point, isUnderPointer);
    if (state.tool === "goal") return placeGoal(point);
    if (state.tool === "add") return addAt(point);
    return false;
  }

  const openPath = () => (state.gesture?.kind === "waypoints" ? state.gesture : null);

  function placeWaypoint(point, isUnderPointer) {
    const path = openPath();
    if (path && isUnderPointer(path.points.at(-1))) return true; // the second press of a double click
    if (!path && (!state.selected || state.selected === "ego")) return false;
    const { id, t, points } = path ?? { id: state.selected, t: timeNow(state), points: [] };
    begin({ kind: "waypoints", id, t, points: [...points, point], takenBack: [], at: point, actors: null });
    return true;
  }

  /** Take back the last point of the path that is being laid; false where none is. */
  function takeBack() {
    const path = openPath();
    if (!path) return false;
    const points = path.points.slice(0, -1), takenBack = [...path.takenBack, path.points.at(-1)];
    store.set({ gesture: points.length > 0 ? { ...path, points, takenBack } : null });
    return true;
  }

  /** Lay the point again that was taken back last; false where no path is being laid. */
  function bringBack() {
    const path = openPath(), point = path?.takenBack.at(-1);
    if (point) store.set({ gesture: { ...path, points: [...path.points, point], takenBack: path.takenBack.slice(0, -1) } });
    return Boolean(path);
  }

  /** Send the path; where it is refused, it is there again to be mended, unless something else has been begun. */
  async function endWaypoints() {
    const path = state.gesture, { id, t, points } = path, { id: takeId } = state.take;
    store.set({ tool: "select", gesture: null });
    if (await take.commit({ kind: "path", actor: id, t_us: t, waypoints: points.map(waypoint) })) return;
    const isFree = state.gesture === null && state.tool === "select" && state.take.id === takeId;
    if (isFree && state.take.actors.has(id)) store.set({ tool: "waypoint", selected: id, gesture: path });
  }

  function placeGoal(point) {
    if (!state.selected || state.selected === "ego") return false;
    sendGoal({ ...waypoint(point), t_us: state.scene.span[1] });
    return true;
  }

  /** Where a goal is refused, another one can be clicked, unless something else has been begun. */
  async function sendGoal(goal) {
    const { selected } = state, { id: takeId } = state.take;
    store.set({ tool: "select", gesture: null });
    if (await take.commit({ kind: "path", actor: selected, t_us: timeNow(state), waypoints: [goal], is_goal: true })) return;
    const isFree = state.gesture === null && state.tool === "select" && state.take.id === takeId;
    if (isFree && state.selected === selected && state.take.actors.has(selected)) store.set({ tool: "goal" });
  }

  const waypoint = ([x, y]) => ({ x, y, t_us: null, speed_mps: null });

  /** A new actor of the chosen category that stands where it was put, heading as the nearest lane or the ego does. */
  function addAt([x, y]) {
    const { category, size, source } = state.adding;
    const id = take.newActor();
    const pose = [x, y, groundAt(state, x, y) + size[2] / 2, ...yawQuaternion(headingAt(x, y))];
    const [start, end] = state.scene.span;
    const track = [start, end].map((t) => [t, ...pose]);
    const actor = { id, category, size, track, absent: [], colour: null, source };
    store.set({ tool: "select", selected: id });
    take.commit({ kind: "add", actor: id, category, size_lwh: size, track: track.map(poseJson), look: { source, colour: null } }, { actors: preview(actor) });
    return true;
  }

  const poseJson = ([t, x, y, z, ...rotation]) => ({ t_us: t, T_world: { translation: [x, y, z], rotation } });

  function headingAt(x, y) {
    let best = { distance: 4, yaw: null };
    for (const lane of state.scene.map.lanes) {
      for (let i = 1; i < lane.centre.length; i += 1) {
        const [a, b] = [lane.centre[i - 1], lane.centre[i]];
        const distance = pointToSegment([x, y], a, b);
        if (distance < best.distance) best = { distance, yaw: Math.atan2(b[1] - a[1], b[0] - a[0]) };
      }
    }
    return best.yaw ?? yawOf(poseAt(egoNow(state) ?? state.scene.ego, timeNow(state)));
  }

  // ------------------------------------------------------------------------------------------- one door for all of them

  const FOLLOW = { move, rotate, bend };
  const END = { move: endMove, rotate: endRotate, bend: endBend };

  /** The pointer is at a place on the ground. */
  function follow(point, snap = false) {
    const { gesture } = state;
    if (gesture?.kind === "waypoints") return store.set({ gesture: { ...gesture, at: point } });
    return gesture && FOLLOW[gesture.kind](gesture, point, snap);
  }

  /** The pointer was let go. */
  function finish() {
    const { gesture } = state;
    if (gesture && END[gesture.kind]) return END[gesture.kind](gesture);
    return null;
  }

  // ------------------------------------------------------------------------------------------- who goes in the meantime

  let known = new Map(); // the actors of the take as it was

  /** A new state of the take may lack the actor that something is being done with. */
  function dropWhoIsGone() {
    const { gesture, take: { actors } } = state;
    if (gesture && known.has(gesture.id) && !actors.has(gesture.id)) cancel();
    known = actors;
  }

  store.watch(["take"], dropWhoIsGone);

  return { beginMove, beginRotate, beginBend, place, follow, finish, endWaypoints, takeBack, bringBack, cancel };
}
