/** The pointer on a picture: choosing and dragging an actor along the ground under it, the wipe's line, and full size. */

import "./projection.js";
import { actorsNow } from "./scenario.js";
import { actorAt } from "./tracks.js";
import { larger, slid } from "./views_zoom.js";

const { apply, project, rotate } = globalThis.RetakeProjection;
const CLICK_PX = 4;
const WHEEL = 0.0016;
const WIPE_PX = 9;
const SAME_PX = 6; // about a waypoint that has just been laid
const NEAREST_M = 1; // before the camera: nearer, the place where somebody stands is far out of the picture
const REACH_M = 200; // a ray near the horizon meets the ground too far off to mean anything

const plus = ([a, b], [u, v]) => [a + u, b + v];

function inside(polygon, [u, v]) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [a, b] = [polygon[i], polygon[j]];
    if (a[1] > v !== b[1] > v && u < ((b[0] - a[0]) * (v - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
  }
  return odd;
}

export function createViewsPointer(grid, store, views, gestures) {
  const { state } = store;
  let pressed = null; // {at, index, moved, ground: height of the plane that a drag slides on}

  const tileOf = (target) => views.tiles().find(({ canvas }) => canvas === target) ?? null;

  /** The pointer in pixels of the view as it is shown. */
  function pixel(event, { canvas, index, view }) {
    const shown = state.expanded === index ? view : view.small;
    return [(event.offsetX * shown.width) / canvas.clientWidth, (event.offsetY * shown.height) / canvas.clientHeight];
  }

  /** Where the ray through a pixel meets the level z, [x, y], or null above the horizon. */
  function onGround(through, [u, v], z) {
    const [fx, fy, cx, cy, skew] = through.view.intrinsics;
    const y = (v - cy) / fy, x = (u - cx - skew * y) / fx;
    const eye = through.T_world_camera, ray = rotate(eye.slice(3), [x, y, 1]);
    const reach = (z - eye[2]) / ray[2];
    if (!(reach > 0) || reach * Math.hypot(ray[0], ray[1]) > REACH_M) return null;
    return [eye[0] + reach * ray[0], eye[1] + reach * ray[1]];
  }

  /** The nearest actor whose box holds a pixel; the selected one first. */
  function actorUnder(through, at) {
    const hits = views.boxes(through, actorsNow(state).values()).filter(({ outline }) => inside(outline, at));
    return (hits.find(({ actor }) => actor.id === state.selected) ?? hits.at(-1))?.actor ?? null;
  }

  const footOf = (actor, t) => actorAt(actor, t)[2] - actor.size[2] / 2;

  // ------------------------------------------------------------------------------------------- pressing

  function press(event) {
    const tile = tileOf(event.target);
    if (!tile || !state.take || event.button !== 0) return;
    const through = views.lens(tile.index), at = pixel(event, tile);
    if (!through) return;
    event.target.setPointerCapture(event.pointerId);
    pressed = { at: [event.offsetX, event.offsetY], tile, moved: false, wiping: false, ground: null };
    const line = state.wipe.at * tile.canvas.clientWidth;
    if (state.wipe.on && Math.abs(event.offsetX - line) < WIPE_PX) {
      pressed.wiping = true;
      return;
    }
    if (state.tool !== "select" && placeTool(tile, through, at)) return;
    if (state.gesture?.kind === "waypoints") {
      pressed = null; // above the horizon: the path stays open
      return;
    }
    const actor = actorUnder(through, at);
    if (actor) grab(actor, through, at);
    else if (state.expanded === tile.index) pressed.part = state.zoom;
  }

  function placeTool(tile, through, at) {
    const level = egoLevel(tile), point = onGround(through, at, level), scale = tile.canvas.clientWidth / through.view.width;
    const isUnderPointer = ([x, y]) => {
      const [u, v] = project(through.view, apply(through.T_camera_world, [x, y, level]));
      return Math.hypot(u - at[0], v - at[1]) * scale <= SAME_PX;
    };
    if (!point || !gestures.place(point, isUnderPointer)) return false;
    pressed = null;
    return true;
  }

  /** The height of the ground under the ego: its frame stands on it. */
  const egoLevel = (tile) => state.scene.frames[state.frame].pictures[tile.index].ego[2];

  /** Take hold of an actor: it follows the pointer as if it were held where it stands, wherever on it the pointer is. */
  function grab(actor, through, at) {
    store.set({ selected: actor.id });
    const [x, y] = actorAt(actor, through.t), ground = footOf(actor, through.t), foot = apply(through.T_camera_world, [x, y, ground]);
    const [u, v] = foot[2] > NEAREST_M ? project(through.view, foot) : at;
    const toFoot = [u - at[0], v - at[1]];
    Object.assign(pressed, { ground, toFoot, actor: actor.id });
    gestures.beginMove(actor.id, onGround(through, plus(at, toFoot), ground) ?? [x, y]);
  }

  function follow(event) {
    const tile = tileOf(event.target);
    if (!tile || !state.take) return;
    const through = views.lens(tile.index), at = pixel(event, tile);
    if (!through) return;
    if (!pressed) return hover(tile, through, at, event);
    if (pressed.wiping) {
      return store.set({ wipe: { ...state.wipe, at: Math.min(Math.max(event.offsetX / tile.canvas.clientWidth, 0), 1) } });
    }
    pressed.moved ||= Math.hypot(event.offsetX - pressed.at[0], event.offsetY - pressed.at[1]) > CLICK_PX;
    if (pressed.moved && pressed.part) return store.set({ zoom: slid(pressed.part, shares(event, pressed)) });
    if (!pressed.moved || pressed.ground === null) return null;
    const point = onGround(through, plus(at, pressed.toFoot), pressed.ground);
    if (point) gestures.follow(point);
    return null;
  }

  /** How far the pointer has gone back, in shares of what is shown. */
  function shares({ offsetX, offsetY }, { at: [x, y], tile: { canvas } }) {
    return [(x - offsetX) / canvas.clientWidth, (y - offsetY) / canvas.clientHeight];
  }

  function zoom(event) {
    const tile = tileOf(event.target);
    if (!tile || tile.index !== state.expanded) return;
    event.preventDefault();
    const { clientWidth, clientHeight } = tile.canvas;
    store.set({ zoom: larger(state.zoom, Math.exp(-event.deltaY * WHEEL), [event.offsetX / clientWidth, event.offsetY / clientHeight]) });
  }

  function hover(tile, through, at, event) {
    const onLine = state.wipe.on && Math.abs(event.offsetX - state.wipe.at * tile.canvas.clientWidth) < WIPE_PX;
    const actor = onLine ? null : actorUnder(through, at);
    store.set({ hovered: actor?.id ?? null });
    const large = state.zoom ? "grab" : "zoom-out";
    const idle = actor ? "move" : state.expanded === tile.index ? large : "zoom-in";
    tile.canvas.style.cursor = onLine ? "ew-resize" : state.tool === "select" ? idle : "crosshair";
    if (state.gesture?.kind === "waypoints") gestures.follow(onGround(through, at, egoLevel(tile)) ?? state.gesture.at);
  }

  function release(event) {
    if (!pressed) return;
    const { tile, moved, wiping, actor } = pressed;
    pressed = null;
    if (wiping) return;
    if (state.gesture?.kind === "move") gestures.finish();
    const clicked = event.target === tile.canvas && !moved && !actor;
    if (clicked) store.set({ expanded: state.expanded === tile.index ? null : tile.index });
  }

  grid.addEventListener("pointerdown", press);
  grid.addEventListener("pointermove", follow);
  grid.addEventListener("pointerup", release);
  grid.addEventListener("wheel", zoom, { passive: false });
  grid.addEventListener("pointercancel", () => {
    if (pressed?.actor) gestures.cancel();
    pressed = null;
  });
  grid.addEventListener("pointerleave", () => state.hovered && store.set({ hovered: null }));
  grid.addEventListener("dblclick", () => state.gesture?.kind === "waypoints" && gestures.endWaypoints());
}
