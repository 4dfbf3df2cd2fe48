/** The scenario as the window shows it at this moment: the take, with what is being dragged on top. */

import { actorAt, pictureEgo, poseAt } from "./tracks.js";

/** The actors by id, a gesture's preview included. */
export function actorsNow(state) {
  const previews = [state.waiting?.actors, state.gesture?.actors].filter(Boolean);
  if (previews.length === 0) return state.take.actors;
  const actors = new Map(state.take.actors);
  for (const preview of previews) {
    for (const [id, actor] of preview) {
      if (actor === null) actors.delete(id);
      else actors.set(id, actor);
    }
  }
  return actors;
}

export const egoNow = (state) => state.gesture?.ego ?? state.waiting?.ego ?? state.take.ego;

const bodies = new WeakMap(); // of ego tracks

/** The ego as a box among the others, along a track of its frame, which is at its rear axle: the page's copy of editor/sampled.py. */
export function egoBody(state, track = egoNow(state) ?? state.scene.ego) {
  if (!bodies.has(track)) {
    const { compose } = globalThis.RetakeProjection, { size, ahead } = state.scene.ego_body;
    const middle = [ahead, 0, size[2] / 2, 1, 0, 0, 0];
    bodies.set(track, { id: "ego", size, absent: [], track: track.map(([t, ...pose]) => [t, ...compose(pose, middle)]) });
  }
  return bodies.get(track);
}

export const timeNow = (state) => state.scene.frames[state.frame].t_us;

export const actorNow = (state, id) => actorsNow(state).get(id) ?? null;

/** T_world_camera of one view's picture in a frame, and the picture; null where the frame has none. */
export function cameraAt(state, frame, viewIndex, ego = egoNow(state)) {
  const picture = state.scene.frames[frame].pictures[viewIndex];
  if (!picture) return null;
  const recorded = ego === null ? picture.ego : pictureEgo(ego, state.scene.ego, picture);
  const { compose } = globalThis.RetakeProjection;
  return { picture, pose: compose(recorded, state.scene.views[viewIndex].T_ego_camera) };
}

/** How high the ground is about a place: under the nearest thing that stands on it. */
export function groundAt(state, x, y) {
  const t = timeNow(state);
  const ego = poseAt(egoNow(state) ?? state.scene.ego, t);
  let best = { distance: Math.hypot(ego[0] - x, ego[1] - y), z: ego[2] };
  for (const actor of actorsNow(state).values()) {
    const pose = actorAt(actor, t);
    if (!pose) continue;
    const distance = Math.hypot(pose[0] - x, pose[1] - y);
    if (distance < best.distance) best = { distance, z: pose[2] - actor.size[2] / 2 };
  }
  return best.z;
}

// ------------------------------------------------------------------------------------------- how categories look

const COLOURS = [
  ["human.", "#5fd4f4"],
  ["vehicle.bicycle", "#c79bff"],
  ["vehicle.motorcycle", "#c79bff"],
  ["vehicle.truck", "#ff8f5c"],
  ["vehicle.trailer", "#ff8f5c"],
  ["vehicle.construction", "#ff8f5c"],
  ["vehicle.bus", "#ff6f91"],
  ["vehicle.emergency", "#ff6f91"],
  ["vehicle.", "#ffc247"],
  ["animal", "#5fd4f4"],
];

export const categoryColour = (category) => COLOURS.find(([start]) => category.startsWith(start))?.[1] ?? "#8fd18a";

/** "Bus (rigid)": a category in words; `state.categories` is the server's table. */
export const categoryWord = (state, category) => state.categories.find((known) => known.name === category)?.label ?? category;

/** "Car 3fa2c1", or "Car A2" for the second that was added: what an actor is called wherever it is named, in findings too. */
export function actorName(state, actor) {
  if (!actor) return "";
  const added = /^new-([1-9]\d{0,5})$/.exec(actor.id);
  const short = actor.id.startsWith("new-") ? actor.id : actor.id.slice(0, 6);
  return `${categoryWord(state, actor.category)} ${added ? `A${added[1]}` : short}`;
}

/** What a take asks for of weather and hour: "rain", "night"; nothing where both are as recorded. */
export const askedLight = (take) => [take?.weather, take?.time_of_day].filter((word) => word && word !== "as recorded");
