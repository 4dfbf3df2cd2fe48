/** What lies under the actors on the map: drivable area, lanes, crossings, and the LiDAR's points of the nearest sweep. */

import { route } from "./server.js";
import { timeNow } from "./scenario.js";

const DRIVABLE = "#1b212b", WALKWAY = "#161b24", CROSSING = "rgba(220, 226, 236, 0.13)";
const LANE = "rgba(160, 172, 192, 0.28)", DIVIDER = "rgba(224, 230, 240, 0.5)", ROAD_EDGE = "rgba(255, 205, 110, 0.55)";

const MOST_SWEEPS = 60; // that are kept, half a megabyte each

export function createBackground(store, camera) {
  const { state } = store;
  const sweeps = new Map(); // "scene/index" → Float32Array of x, y, height above the ego, …
  let raster = null; // {scene, image}
  const plotted = { key: "", canvas: document.createElement("canvas") };

  // ------------------------------------------------------------------------------------------- LiDAR

  function nearestSweep() {
    const t = timeNow(state);
    let best = null;
    for (const sweep of state.scene.sweeps) {
      if (sweep.exists && (best === null || Math.abs(sweep.t_us - t) < Math.abs(best.t_us - t))) best = sweep;
    }
    return best && Math.abs(best.t_us - t) < 600_000 ? best : null;
  }

  /** The points of the sweep nearest in time, or null while they are on their way. */
  function points() {
    const sweep = nearestSweep();
    if (!sweep) return null;
    const key = `${state.scene.name}/${sweep.index}`, xyz = sweeps.get(key) ?? null;
    if (sweeps.has(key)) sweeps.delete(key); // and set again below: the map's first is the one looked at least lately
    else fetchPoints(key, sweep.index);
    sweeps.set(key, xyz);
    if (sweeps.size > MOST_SWEEPS) sweeps.delete(sweeps.keys().next().value);
    return { key, xyz };
  }

  /** A sweep whose file is gone has no points; one that did not come is asked for again when it is next looked at. */
  async function fetchPoints(key, index) {
    try {
      const response = await fetch(route(`lidar/${encodeURIComponent(state.scene.name)}/${index}`));
      sweeps.set(key, new Float32Array(response.ok ? await response.arrayBuffer() : 0));
    } catch {
      sweeps.delete(key);
      return;
    }
    store.touch("lidar");
  }

  const shade = (height) => {
    const share = Math.min(Math.max((height + 0.2) / 4, 0), 1);
    return [70 + 60 * share, 92 + 90 * share, 120 + 110 * share];
  };

  /** Points are plotted into a picture of their own, again only when the camera or the sweep has changed. */
  function plot({ key, xyz }) {
    const { width, height, x, y, scale, turn } = camera;
    const wanted = [key, width, height, x, y, scale, turn].join();
    if (plotted.key === wanted) return plotted.canvas;
    plotted.key = wanted;
    Object.assign(plotted.canvas, { width, height });
    const context = plotted.canvas.getContext("2d");
    const pixels = context.createImageData(width, height);
    const cos = Math.cos(turn) * scale, sin = Math.sin(turn) * scale;
    const [ox, oy] = state.scene.origin;
    const dot = scale > 9 ? 2 : 1;
    for (let i = 0; i < xyz.length; i += 3) {
      const dx = xyz[i] + ox - x, dy = xyz[i + 1] + oy - y;
      const u = Math.round(width / 2 + cos * dx - sin * dy), v = Math.round(height / 2 - sin * dx - cos * dy);
      if (u < 0 || v < 0 || u >= width - 1 || v >= height - 1) continue;
      const [r, g, b] = shade(xyz[i + 2]);
      for (let k = 0; k < dot * dot; k += 1) {
        const at = 4 * ((v + (k >> 1)) * width + u + (k & 1));
        pixels.data.set([r, g, b, 235], at);
      }
    }
    context.putImageData(pixels, 0, 0);
    return plotted.canvas;
  }

  // ------------------------------------------------------------------------------------------- streets

  function polygon(context, ring) {
    ring.forEach(([x, y], i) => {
      const [u, v] = camera.toScreen(x, y);
      if (i === 0) context.moveTo(u, v);
      else context.lineTo(u, v);
    });
    context.closePath();
  }

  function fill(context, rings, colour) {
    context.beginPath();
    for (const ring of rings) polygon(context, ring);
    context.fillStyle = colour;
    context.fill("evenodd");
  }

  function lines(context, polylines, colour, width, dash = []) {
    context.beginPath();
    for (const line of polylines) {
      line.forEach(([x, y], i) => {
        const [u, v] = camera.toScreen(x, y);
        if (i === 0) context.moveTo(u, v);
        else context.lineTo(u, v);
      });
    }
    context.setLineDash(dash);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    context.setLineDash([]);
  }

  function drawRaster(context, { origin, size, url }) {
    if (raster?.url !== url) {
      raster = { url, image: new Image() };
      raster.image.onload = () => store.touch("lidar");
      raster.image.src = route(url);
    }
    if (!raster.image.complete || raster.image.naturalWidth === 0) return;
    const [u, v] = camera.toScreen(origin[0], origin[1] + size[1]);
    context.save();
    context.translate(u, v);
    context.rotate(-camera.turn);
    context.drawImage(raster.image, 0, 0, size[0] * camera.scale, size[1] * camera.scale);
    context.restore();
  }

  function drawStreets(context) {
    const { map } = state.scene;
    if (map.raster) drawRaster(context, map.raster);
    fill(context, map.walkways, WALKWAY);
    for (const [outer, holes] of map.drivable) fill(context, [outer, ...holes], DRIVABLE);
    for (const crossing of map.crossings) fill(context, [crossing], CROSSING);
    lines(context, map.lanes.map((lane) => lane.centre), LANE, 1, [5, 7]);
    lines(context, map.lane_dividers, DIVIDER, 1);
    lines(context, map.road_dividers, ROAD_EDGE, 1.2);
    lines(context, map.stop_lines.map((ring) => [...ring, ring[0]]), DIVIDER, 1);
  }

  /** A grid of ten metres, where nothing else gives the scale of things. */
  function drawGrid(context) {
    const step = camera.scale > 4 ? 10 : 50;
    const reach = Math.hypot(camera.width, camera.height) / 2 / camera.scale;
    const from = (c) => Math.ceil((c - reach) / step) * step, to = (c) => c + reach;
    const grid = [];
    for (let x = from(camera.x); x < to(camera.x); x += step) grid.push([[x, camera.y - reach], [x, camera.y + reach]]);
    for (let y = from(camera.y); y < to(camera.y); y += step) grid.push([[camera.x - reach, y], [camera.x + reach, y]]);
    lines(context, grid, "rgba(255, 255, 255, 0.035)", 1);
  }

  function draw(context) {
    drawGrid(context);
    if (state.layers.map) drawStreets(context);
    if (!state.layers.lidar) return;
    const sweep = points();
    if (sweep?.xyz?.length) context.drawImage(plot(sweep), 0, 0, camera.width, camera.height);
  }

  return { draw, points };
}
