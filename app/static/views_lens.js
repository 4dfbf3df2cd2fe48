/** Where things are in a picture: through which camera it looks, and the boxes that it shows. */

import "./projection.js";
import { cameraAt, egoNow } from "./scenario.js";
import { isPresent, placeAt, poseAt } from "./tracks.js";
import { zoomed } from "./views_zoom.js";

const { apply, boxCorners, boxOutline, inverse, project } = globalThis.RetakeProjection;
const FARTHEST_M = 90; // boxes further off are specks

/** Whether a ball about a place in the camera frame lies wholly to the left or right of what a view shows. */
function isBeside({ width, intrinsics: [fx, , cx, , skew] }, [x, y, z], radius) {
  const left = fx * x + skew * y + (cx + 0.5) * z, right = (width - 0.5 - cx) * z - fx * x - skew * y;
  return left < -radius * Math.hypot(fx, skew, cx + 0.5) || right < -radius * Math.hypot(fx, skew, width - 0.5 - cx);
}

export function createLens(store) {
  const { state } = store;

  /** The view as it is shown (recorded size when alone, or a part of it), its picture's time and T_camera_world; null without a picture. */
  function lens(index, take = state.take) {
    const ego = take === null ? null : take === state.take ? egoNow(state) : take.ego;
    const camera = cameraAt(state, state.frame, index, ego);
    if (!camera) return null;
    const view = state.scene.views[index];
    const shown = state.expanded !== index ? { ...view, ...view.small } : state.zoom ? zoomed(view, state.zoom) : view;
    return { view: shown, t: camera.picture.t_us, T_world_camera: camera.pose, T_camera_world: inverse(camera.pose) };
  }

  /** [{actor, corners (camera frame), outline and middle (pixels), depth}], the farthest first. */
  function boxes(through, actors) {
    const found = [];
    for (const actor of actors) {
      if (!isPresent(actor, through.t)) continue;
      const centre = apply(through.T_camera_world, placeAt(actor.track, through.t));
      const depth = Math.hypot(...centre);
      if (centre[2] < -actor.size[0] || depth > FARTHEST_M || isBeside(through.view, centre, Math.hypot(...actor.size) / 2)) continue;
      const corners = boxCorners(poseAt(actor.track, through.t), actor.size).map((corner) => apply(through.T_camera_world, corner));
      const outline = boxOutline(through.view, corners);
      const middle = centre[2] > 1 ? project(through.view, centre) : null;
      if (outline) found.push({ actor, corners, outline, middle, depth });
    }
    return found.sort((a, b) => b.depth - a.depth);
  }

  return { lens, boxes };
}
