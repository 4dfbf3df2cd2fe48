/** The bird's-eye view's own camera: world metres ↔ pixels of the canvas, with zoom, pan and a fixed turn. */

import { poseAt, yawOf } from "./tracks.js";

const MARGIN = 40; // pixels about what is fitted
const NEAREST = 120, FARTHEST = 0.4; // pixels per metre

export function createBevCamera() {
  const camera = { x: 0, y: 0, scale: 8, turn: 0, width: 1, height: 1 };

  /** World → canvas. */
  function toScreen(x, y) {
    const cos = Math.cos(camera.turn), sin = Math.sin(camera.turn);
    const dx = x - camera.x, dy = y - camera.y;
    return [camera.width / 2 + camera.scale * (cos * dx - sin * dy), camera.height / 2 - camera.scale * (sin * dx + cos * dy)];
  }

  /** Canvas → world. */
  function toWorld(u, v) {
    const cos = Math.cos(camera.turn), sin = Math.sin(camera.turn);
    const right = (u - camera.width / 2) / camera.scale, up = (camera.height / 2 - v) / camera.scale;
    return [camera.x + cos * right + sin * up, camera.y - sin * right + cos * up];
  }

  function pan(du, dv) {
    const [x0, y0] = toWorld(0, 0), [x1, y1] = toWorld(du, dv);
    camera.x -= x1 - x0;
    camera.y -= y1 - y0;
  }

  /** Zoom about a place on the canvas. */
  function zoom(factor, u = camera.width / 2, v = camera.height / 2) {
    const before = toWorld(u, v);
    camera.scale = Math.min(Math.max(camera.scale * factor, FARTHEST), NEAREST);
    const after = toWorld(u, v);
    camera.x += before[0] - after[0];
    camera.y += before[1] - after[1];
  }

  /** Turn so that the drive goes up, and show these places. */
  function fit(points, ego) {
    const first = ego[0].slice(1), last = ego.at(-1).slice(1);
    const gone = Math.hypot(last[0] - first[0], last[1] - first[1]);
    const heading = gone > 3 ? Math.atan2(last[1] - first[1], last[0] - first[0]) : yawOf(poseAt(ego, ego[0][0]));
    camera.turn = Math.PI / 2 - heading;
    const cos = Math.cos(camera.turn), sin = Math.sin(camera.turn);
    const us = points.map(([x, y]) => cos * x - sin * y), vs = points.map(([x, y]) => sin * x + cos * y);
    const [left, right, low, high] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)];
    const u = (left + right) / 2, v = (low + high) / 2;
    camera.x = cos * u + sin * v;
    camera.y = -sin * u + cos * v;
    const scale = Math.min((camera.width - 2 * MARGIN) / (right - left || 1), (camera.height - 2 * MARGIN) / (high - low || 1));
    camera.scale = Math.min(Math.max(scale, FARTHEST), 30);
  }

  return Object.assign(camera, { toScreen, toWorld, pan, zoom, fit });
}
