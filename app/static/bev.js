/** The bird's-eye view: streets, LiDAR, actors with their headings and paths, goals, the ego and the handles to change them. */

import { fitted } from "./dom.js";
import { actorName, actorsNow, categoryColour, egoBody, egoNow, timeNow } from "./scenario.js";
import { actorAt, poseAt, velocityAt, yawOf } from "./tracks.js";
import { handleTimes } from "./ego_path.js";
import { CLASH, clashing } from "./overlaps.js";
import { createBackground } from "./bev_background.js";
import { createBevCamera } from "./bev_camera.js";

const EGO_COLOUR = "#e8ecf3";
const ACCENT = "#5b9dff";
const HANDLE_OUT = 26; // pixels from an actor's front to its turning handle

const TOPICS = ["scene", "take", "frame", "selected", "hovered", "tool", "gesture", "waiting", "layers", "lidar", "camera", "compared", "space"];

export function createBev(canvas, store) {
  const { state } = store;
  const camera = createBevCamera();
  const background = createBackground(store, camera);
  let fittedScene = null;

  // ------------------------------------------------------------------------------------------- places on the canvas

  /** The four ground corners, counter-clockwise from the front left. */
  function outline(pose, [length, width]) {
    const yaw = yawOf(pose), cos = Math.cos(yaw), sin = Math.sin(yaw);
    return [[1, 1], [-1, 1], [-1, -1], [1, -1]].map(([i, j]) => {
      const ahead = (i * length) / 2, left = (j * width) / 2;
      return camera.toScreen(pose[0] + cos * ahead - sin * left, pose[1] + sin * ahead + cos * left);
    });
  }

  function trace(context, points) {
    context.beginPath();
    points.forEach(([u, v], i) => (i === 0 ? context.moveTo(u, v) : context.lineTo(u, v)));
  }

  /** Where the turning handle of an actor is: ahead of it, or behind it where ahead is off the canvas. */
  function turnHandle(actor, pose) {
    const yaw = yawOf(pose), reach = actor.size[0] / 2 + HANDLE_OUT / camera.scale;
    const at = (far) => camera.toScreen(pose[0] + Math.cos(yaw) * far, pose[1] + Math.sin(yaw) * far);
    const [u, v] = at(reach);
    return u > 8 && v > 8 && u < camera.width - 8 && v < camera.height - 8 ? [u, v] : at(-reach);
  }

  /** Where the ego path can be taken hold of: [{t, at: [u, v]}]. */
  function bendHandles() {
    const ego = egoNow(state) ?? state.scene.ego;
    return handleTimes(state.scene).map((t) => ({ t, at: camera.toScreen(...poseAt(ego, t).slice(0, 2)) }));
  }

  // ------------------------------------------------------------------------------------------- drawing

  function drawPath(context, track, now, colour, width) {
    const past = track.filter((pose) => pose[0] <= now), future = track.filter((pose) => pose[0] >= now);
    const here = poseAt(track, Math.min(Math.max(now, track[0][0]), track.at(-1)[0]));
    const at = (pose) => camera.toScreen(pose[1], pose[2]);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash([2, 4]);
    context.globalAlpha = 0.55;
    trace(context, [...past.map(at), camera.toScreen(here[0], here[1])]);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 0.95;
    trace(context, [camera.toScreen(here[0], here[1]), ...future.map(at)]);
    context.stroke();
    context.globalAlpha = 1;
  }

  function drawGoal(context, track, colour) {
    const end = track.at(-1);
    const [u, v] = camera.toScreen(end[1], end[2]);
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(u, v, 6, 0, 2 * Math.PI);
    context.stroke();
    context.fillStyle = colour;
    context.beginPath();
    context.arc(u, v, 2.2, 0, 2 * Math.PI);
    context.fill();
  }

  function drawActor(context, actor, pose, t) {
    const colour = clashing(state).has(actor.id) ? CLASH : categoryColour(actor.category);
    const selected = actor.id === state.selected, hovered = actor.id === state.hovered;
    const corners = outline(pose, actor.size);
    trace(context, corners);
    context.closePath();
    context.globalAlpha = selected ? 0.6 : 0.28;
    context.fillStyle = colour === CLASH ? CLASH : actor.colour ?? colour;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = selected && colour !== CLASH ? "#ffffff" : colour;
    context.lineWidth = selected ? 2 : hovered ? 2.2 : 1.2;
    context.stroke();
    const middle = camera.toScreen(pose[0], pose[1]);
    const front = [(corners[0][0] + corners[3][0]) / 2, (corners[0][1] + corners[3][1]) / 2];
    trace(context, [middle, front]);
    context.stroke();
    if (state.layers.paths && !selected) drawArrow(context, front, actor, t, colour);
  }

  /** Where it will be in a second, for whatever moves. */
  function drawArrow(context, front, actor, t, colour) {
    const [vx, vy] = velocityAt(actor.track, t);
    if (Math.hypot(vx, vy) < 0.5) return;
    const a = camera.toScreen(0, 0), b = camera.toScreen(vx, vy);
    context.globalAlpha = 0.7;
    context.strokeStyle = colour;
    context.lineWidth = 1.2;
    trace(context, [front, [front[0] + b[0] - a[0], front[1] + b[1] - a[1]]]);
    context.stroke();
    context.globalAlpha = 1;
  }

  function drawRecordedPlace(context, actor, t) {
    const original = state.scene.actorsById.get(actor.id);
    const pose = original && actorAt(original, t);
    if (!pose || original === actor) return;
    const now = actorAt(actor, t);
    if (now && Math.hypot(now[0] - pose[0], now[1] - pose[1]) < 0.05) return;
    trace(context, outline(pose, original.size));
    context.closePath();
    context.setLineDash([3, 3]);
    context.strokeStyle = "rgba(232, 236, 243, 0.5)";
    context.lineWidth = 1;
    context.stroke();
    context.setLineDash([]);
  }

  function drawHandles(context, actor, pose) {
    for (const [t, x, y] of actor.track) {
      const [u, v] = camera.toScreen(x, y);
      context.fillStyle = "#0e1116";
      context.strokeStyle = ACCENT;
      context.lineWidth = 1.2;
      context.beginPath();
      context.arc(u, v, Math.abs(t - timeNow(state)) < 5e4 ? 4 : 2.6, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    const [u, v] = turnHandle(actor, pose);
    const front = camera.toScreen(pose[0], pose[1]);
    context.strokeStyle = "rgba(255, 255, 255, 0.6)";
    trace(context, [front, [u, v]]);
    context.stroke();
    drawKnob(context, u, v, state.tool === "rotate");
  }

  function drawKnob(context, u, v, active) {
    context.beginPath();
    context.arc(u, v, 6, 0, 2 * Math.PI);
    context.fillStyle = active ? ACCENT : "#ffffff";
    context.fill();
    context.strokeStyle = "#0e1116";
    context.lineWidth = 1.5;
    context.stroke();
  }

  function drawEgo(context, t) {
    const ego = egoNow(state) ?? state.scene.ego;
    if (ego !== state.scene.ego && state.layers.paths) drawPath(context, state.scene.ego, t, "rgba(232, 236, 243, 0.35)", 1);
    if (state.layers.paths) drawPath(context, ego, t, EGO_COLOUR, 1.6);
    const body = egoBody(state), corners = outline(poseAt(body.track, t), body.size);
    trace(context, corners);
    context.closePath();
    context.fillStyle = clashing(state).has("ego") ? CLASH : state.selected === "ego" ? ACCENT : EGO_COLOUR;
    context.fill();
    context.strokeStyle = "#0e1116";
    context.lineWidth = 1.5;
    context.stroke();
    trace(context, [corners[1], [(corners[0][0] + corners[3][0]) / 2, (corners[0][1] + corners[3][1]) / 2], corners[2]]);
    context.stroke();
    if (state.selected === "ego" || state.gesture?.kind === "bend") {
      for (const handle of bendHandles()) drawKnob(context, ...handle.at, handle.t === state.gesture?.t);
    }
  }

  function drawWaypoints(context) {
    const { gesture } = state;
    if (gesture?.kind !== "waypoints") return;
    const actor = state.take.actors.get(gesture.id);
    const points = [poseAt(actor.track, gesture.t), ...gesture.points, gesture.at];
    context.strokeStyle = ACCENT;
    context.lineWidth = 2;
    trace(context, points.map(([x, y]) => camera.toScreen(x, y)));
    context.stroke();
    gesture.points.forEach((point) => drawKnob(context, ...camera.toScreen(...point), true));
  }

  function drawName(context, actor, pose) {
    const [u, v] = camera.toScreen(pose[0], pose[1]);
    const name = actorName(state, actor);
    context.font = "600 11px system-ui, sans-serif";
    const width = context.measureText(name).width;
    const top = v + Math.max(14, (actor.size[0] / 2) * camera.scale + 8);
    context.fillStyle = "rgba(14, 17, 22, 0.85)";
    context.fillRect(u - width / 2 - 5, top, width + 10, 17);
    context.fillStyle = "#e8ecf3";
    context.fillText(name, u - width / 2, top + 12.5);
  }

  /** A bar of a round number of metres. */
  function drawScale(context) {
    const metres = [1, 2, 5, 10, 20, 50, 100].find((m) => m * camera.scale > 48) ?? 200;
    const width = metres * camera.scale, left = 12, low = camera.height - 12;
    context.strokeStyle = "#9aa4b5";
    context.lineWidth = 1.5;
    trace(context, [[left, low - 5], [left, low], [left + width, low], [left + width, low - 5]]);
    context.stroke();
    context.fillStyle = "#9aa4b5";
    context.font = "11px system-ui, sans-serif";
    context.fillText(`${metres} m`, left + 6, low - 5);
  }

  function drawActors(context, t) {
    const actors = [...actorsNow(state).values()];
    const chosen = actors.find((actor) => actor.id === state.selected);
    for (const actor of actors) {
      if (!state.scene.actorsById.has(actor.id) || state.take.changed.has(actor.id) || actor === chosen) drawRecordedPlace(context, actor, t);
      const pose = actorAt(actor, t);
      if (pose && actor !== chosen) drawActor(context, actor, pose, t);
    }
    if (!chosen) return;
    const colour = categoryColour(chosen.category);
    drawPath(context, chosen.track, t, colour, 2);
    drawGoal(context, chosen.track, colour);
    const pose = actorAt(chosen, t);
    if (!pose) return;
    drawActor(context, chosen, pose, t);
    drawHandles(context, chosen, pose);
  }

  function draw() {
    if (!state.scene || state.space) return;
    const { context, width, height } = fitted(canvas);
    if (width === 0) return;
    Object.assign(camera, { width, height });
    if (fittedScene !== state.scene.name) fit();
    context.clearRect(0, 0, width, height);
    background.draw(context);
    const t = timeNow(state);
    drawActors(context, t);
    drawEgo(context, t);
    drawWaypoints(context);
    const named = actorsNow(state).get(state.hovered ?? state.selected);
    const pose = named && actorAt(named, t);
    if (pose) drawName(context, named, pose);
    drawScale(context);
  }

  /** Show the ego's whole drive and who is near it. */
  function fit() {
    fittedScene = state.scene.name;
    const ego = state.scene.ego;
    const near = (x, y) => ego.some((pose) => Math.hypot(pose[1] - x, pose[2] - y) < 35);
    const places = ego.map((pose) => [pose[1], pose[2]]);
    for (const actor of actorsNow(state).values()) {
      for (const [, x, y] of [actor.track[0], actor.track.at(-1)]) if (near(x, y)) places.push([x, y]);
    }
    camera.fit(places, ego);
    store.touch("camera");
  }

  store.watch(TOPICS, draw);
  new ResizeObserver(() => store.touch("camera")).observe(canvas);
  function zoom(factor) {
    camera.zoom(factor);
    store.touch("camera");
  }

  return { camera, background, outline, turnHandle, bendHandles, fit, zoom };
}
