/** The pointer on the map: what lies under it, dragging it, turning it, bending the ego's path, zoom and pan. */

import "./projection.js";
import { actorsNow, egoBody, timeNow } from "./scenario.js";
import { actorAt, poseAt } from "./tracks.js";

const { apply, inverse } = globalThis.RetakeProjection;
const GRAB = 10; // pixels about a handle
const GRAB_POSE = 6; // about a keyframe on the selected actor's path
const SLACK = 5; // pixels about an actor, so that a pedestrian can be hit
const SAME = 6; // about a waypoint that has just been laid
const WHEEL = 0.0015;
const EDGE = 8; // pixels of the map that stay outside of what is dragged

export function createBevPointer(canvas, store, bev, gestures) {
  const { state } = store;
  const { camera } = bev;
  let panning = null;
  let dragging = false;

  // ------------------------------------------------------------------------------------------- what is under it

  /** How far outside a box, in pixels, a place is; 0 inside. */
  function distanceTo(pose, [length, width], [x, y]) {
    const c = apply(inverse(pose), [x, y, pose[2]]);
    const out = [Math.max(Math.abs(c[0]) - length / 2, 0), Math.max(Math.abs(c[1]) - width / 2, 0)];
    return Math.hypot(...out) * camera.scale;
  }

  function actorUnder(point) {
    const t = timeNow(state);
    let best = null;
    for (const actor of actorsNow(state).values()) {
      const pose = actorAt(actor, t);
      if (!pose) continue;
      const distance = distanceTo(pose, actor.size, point);
      if (distance > SLACK) continue;
      // the smaller of two that overlap is the harder one to hit
      const rank = distance + Math.min(actor.size[0] * actor.size[1], 40) * 0.01 - (actor.id === state.selected ? 1 : 0);
      if (best === null || rank < best.rank) best = { id: actor.id, rank };
    }
    return best?.id ?? null;
  }

  function egoUnder(point) {
    const { track, size } = egoBody(state);
    return distanceTo(poseAt(track, timeNow(state)), size, point) <= SLACK;
  }

  const difference = ([a, b], [u, v]) => [a - u, b - v];
  const near = ([a, b], [u, v], pixels = GRAB) => Math.hypot(a - u, b - v) <= pixels;

  /** What pressing here takes hold of: {kind: "rotate" | "bend" | "actor" | "pose" | "ego" | "ground"}. */
  function grip(at) {
    const point = camera.toWorld(...at);
    const chosen = actorsNow(state).get(state.selected);
    const pose = chosen && actorAt(chosen, timeNow(state));
    if (pose && near(bev.turnHandle(chosen, pose), at)) return { kind: "rotate", id: chosen.id };
    if (state.selected === "ego") {
      const handle = bev.bendHandles().find((candidate) => near(candidate.at, at));
      if (handle) return { kind: "bend", t: handle.t };
    }
    const id = actorUnder(point);
    if (id) return { kind: "actor", id };
    const earlier = chosen?.track.find(([, x, y]) => Math.hypot(...difference(camera.toScreen(x, y), at)) <= GRAB_POSE);
    if (earlier) return { kind: "pose", id: chosen.id, t: earlier[0] };
    if (egoUnder(point)) return { kind: "ego" };
    return { kind: "ground" };
  }

  // ------------------------------------------------------------------------------------------- pressing

  function begin(held, point, at) {
    if (held.kind === "rotate") gestures.beginRotate(held.id, point);
    if (held.kind === "bend") gestures.beginBend(held.t, point);
    if (held.kind === "actor") {
      store.set({ selected: held.id });
      gestures.beginMove(held.id, point);
    }
    if (held.kind === "pose") gestures.beginMove(held.id, point, held.t, "moment");
    if (held.kind === "ego") store.set({ selected: "ego" });
    if (held.kind === "ground") panning = { at, moved: false };
    dragging = ["rotate", "bend", "actor", "pose"].includes(held.kind);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!state.take) return;
    canvas.setPointerCapture(event.pointerId);
    const at = [event.offsetX, event.offsetY];
    if (event.button !== 0) {
      panning = { at, moved: true };
      return;
    }
    if (state.gesture?.kind === "rotate") gestures.finish(); // begun with the key: this click ends it
    else if (!gestures.place(camera.toWorld(...at), (point) => near(camera.toScreen(...point), at, SAME))) begin(grip(at), camera.toWorld(...at), at);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!state.take) return;
    const at = dragging ? onMap(event) : [event.offsetX, event.offsetY], point = camera.toWorld(...at);
    state.pointer = point; // nobody draws it
    if (panning) return pan(at);
    if (state.gesture) return gestures.follow(point, event.shiftKey);
    const held = grip(at);
    store.set({ hovered: held.kind === "actor" ? held.id : null });
    canvas.style.cursor = cursorFor(held);
    return null;
  });

  /** Where the pointer is or, outside the map, the nearest place in it: nothing is dragged out of sight. */
  function onMap({ offsetX, offsetY }) {
    const within = (value, most) => Math.min(Math.max(value, EDGE), most - EDGE);
    return [within(offsetX, canvas.clientWidth), within(offsetY, canvas.clientHeight)];
  }

  const CURSORS = { rotate: "grab", bend: "ew-resize", actor: "move", pose: "move", ego: "pointer", ground: "default" };

  function cursorFor(held) {
    return state.tool === "select" || state.tool === "rotate" ? CURSORS[held.kind] : "crosshair";
  }

  function pan(at) {
    const [du, dv] = [at[0] - panning.at[0], at[1] - panning.at[1]];
    if (!panning.moved && Math.hypot(du, dv) < 3) return;
    camera.pan(du, dv);
    panning = { at, moved: true };
    store.touch("camera");
  }

  canvas.addEventListener("pointerup", () => {
    if (panning && !panning.moved) store.set({ selected: null });
    panning = null;
    if (dragging) gestures.finish();
    dragging = false;
  });

  canvas.addEventListener("pointercancel", () => {
    panning = null;
    if (dragging) gestures.cancel();
    dragging = false;
  });

  canvas.addEventListener("pointerleave", () => state.hovered && store.set({ hovered: null }));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("dblclick", () => state.gesture?.kind === "waypoints" && gestures.endWaypoints());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    camera.zoom(Math.exp(-event.deltaY * WHEEL), event.offsetX, event.offsetY);
    store.touch("camera");
  }, { passive: false });
}
