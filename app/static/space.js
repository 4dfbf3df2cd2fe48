/** The 3-D panel: boxes, LiDAR and paths in space, drawn and turned by Plotly from its own package. */

import "./projection.js";
import { route } from "./server.js";
import { actorName, actorsNow, categoryColour, egoBody, egoNow, timeNow } from "./scenario.js";
import { actorAt, poseAt, yawOf } from "./tracks.js";

const { boxCorners, BOX_EDGES } = globalThis.RetakeProjection;
const REACH_M = 60; // about the ego
const LOW_M = -4, HIGH_M = 14; // what is shown above and below its ground
const MOST_POINTS = 20_000;
const TOPICS = ["space", "scene", "take", "frame", "selected", "layers", "lidar", "waiting"];
const AXIS = { showgrid: false, zeroline: false, showticklabels: false, showspikes: false, title: { text: "" }, backgroundcolor: "#0e1116", showbackground: false };

let loading = null;

/** Plotly, fetched when it is first wanted. */
function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = route("static/plotly.min.js");
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => reject(new Error("Plotly did not load"));
    document.head.append(script);
  });
  return loading;
}

export function createSpace(panel, canvas, store, background) {
  const { state } = store;
  let busy = false, again = false;

  /** Everything is told from the ego's place, x ahead of the map's east. */
  function origin() {
    return poseAt(egoNow(state) ?? state.scene.ego, timeNow(state)).slice(0, 3);
  }

  function boxLines(corners, [ox, oy, oz]) {
    const x = [], y = [], z = [];
    for (const [i, j] of BOX_EDGES) {
      for (const corner of [corners[i], corners[j]]) {
        x.push(corner[0] - ox);
        y.push(corner[1] - oy);
        z.push(corner[2] - oz);
      }
      x.push(null);
      y.push(null);
      z.push(null);
    }
    return { x, y, z };
  }

  const trace = (lines, colour, width, name) => ({
    type: "scatter3d", mode: "lines", ...lines, line: { color: colour, width }, name, hoverinfo: name ? "name" : "skip", showlegend: false,
  });

  function pathLines(track, lift, [ox, oy, oz]) {
    return { x: track.map((p) => p[1] - ox), y: track.map((p) => p[2] - oy), z: track.map((p) => p[3] - oz - lift) };
  }

  function actorTraces(from) {
    const t = timeNow(state), traces = [];
    for (const actor of actorsNow(state).values()) {
      const pose = actorAt(actor, t);
      if (!pose || Math.hypot(pose[0] - from[0], pose[1] - from[1]) > REACH_M) continue;
      const selected = actor.id === state.selected, colour = selected ? "#ffffff" : categoryColour(actor.category);
      traces.push(trace(boxLines(boxCorners(pose, actor.size), from), colour, selected ? 5 : 2.5, actorName(state, actor)));
      if (state.layers.paths && actor.track.length > 1) traces.push(trace(pathLines(actor.track, actor.size[2] / 2, from), categoryColour(actor.category), selected ? 4 : 1.5, ""));
    }
    return traces;
  }

  function egoTraces(from) {
    const ego = egoNow(state) ?? state.scene.ego;
    const { track, size } = egoBody(state);
    return [trace(boxLines(boxCorners(poseAt(track, timeNow(state)), size), from), "#5b9dff", 5, "Ego car"), trace(pathLines(ego, 0, from), "#5b9dff", 4, "")];
  }

  /** The lines on the street, on the ego's ground. */
  function streetTraces([ox, oy]) {
    if (!state.layers.map) return [];
    const { lane_dividers: lanes, road_dividers: roads, crossings } = state.scene.map;
    const x = [], y = [], z = [];
    for (const line of [...lanes, ...roads, ...crossings]) {
      for (const point of line) {
        if (Math.hypot(point[0] - ox, point[1] - oy) > REACH_M) continue;
        x.push(point[0] - ox);
        y.push(point[1] - oy);
        z.push(0);
      }
      x.push(null);
      y.push(null);
      z.push(null);
    }
    return x.length > 0 ? [trace({ x, y, z }, "#5d6878", 1.5, "")] : [];
  }

  function pointTrace(from) {
    const xyz = state.layers.lidar ? background.points()?.xyz : null;
    if (!xyz?.length) return [];
    const [ox, oy] = state.scene.origin;
    const x = [], y = [], z = [], step = 3 * Math.ceil(xyz.length / 3 / MOST_POINTS);
    for (let i = 0; i < xyz.length; i += step) {
      const dx = xyz[i] + ox - from[0], dy = xyz[i + 1] + oy - from[1];
      if (Math.hypot(dx, dy) > REACH_M) continue;
      x.push(dx);
      y.push(dy);
      z.push(xyz[i + 2]);
    }
    const scale = [[0, "#39485e"], [0.5, "#6f8fb5"], [1, "#c9dcf2"]];
    const marker = { size: 1.3, color: z, colorscale: scale, cmin: -0.3, cmax: 5, opacity: 0.85 };
    return [{ type: "scatter3d", mode: "markers", x, y, z, marker, hoverinfo: "skip", showlegend: false }];
  }

  async function redraw() {
    const library = await plotly();
    const from = origin();
    const ahead = yawOf(poseAt(egoNow(state) ?? state.scene.ego, timeNow(state)));
    const eye = { x: -0.22 * Math.cos(ahead), y: -0.22 * Math.sin(ahead), z: 0.13 };
    const flat = { ...AXIS, range: [-REACH_M, REACH_M] };
    const layout = {
      margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "#0e1116", uirevision: state.scene.name, showlegend: false,
      scene: {
        aspectmode: "manual", aspectratio: { x: 1, y: 1, z: (HIGH_M - LOW_M) / (2 * REACH_M) },
        xaxis: flat, yaxis: flat, zaxis: { ...AXIS, range: [LOW_M, HIGH_M] }, bgcolor: "#0e1116",
        camera: { eye, center: { x: 0.03 * Math.cos(ahead), y: 0.03 * Math.sin(ahead), z: -0.03 } },
      },
      hoverlabel: { bgcolor: "#171c25", font: { color: "#e8ecf3" } },
    };
    await library.react(panel, [...pointTrace(from), ...streetTraces(from), ...actorTraces(from), ...egoTraces(from)], layout, { displayModeBar: false, responsive: true });
  }

  /** One drawing at a time; whatever changed meanwhile is drawn once more. */
  async function draw() {
    panel.hidden = !state.space;
    canvas.hidden = state.space;
    if (!state.space || !state.scene) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await redraw();
    } finally {
      busy = false;
    }
    if (again) {
      again = false;
      draw();
    }
  }

  store.watch(TOPICS, draw);
}
