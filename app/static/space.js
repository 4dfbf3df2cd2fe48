/** The 3-D panel: boxes, LiDAR and paths in space, drawn and turned by Plotly from its own package. */

import "./projection.js";
import { route } from "./server.js";
import { actorName, actorsNow, categoryColour, egoNow, timeNow } from "./scenario.js";
import { actorAt, poseAt } from "./tracks.js";
import { EGO_SIZE } from "./bev.js";

const { boxCorners, BOX_EDGES } = globalThis.RetakeProjection;
const REACH_M = 60;
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
    const pose = poseAt(ego, timeNow(state));
    const lifted = [pose[0], pose[1], pose[2] + EGO_SIZE[2] / 2, ...pose.slice(3)];
    return [trace(boxLines(boxCorners(lifted, EGO_SIZE), from), "#5b9dff", 5, "Ego car"), trace(pathLines(ego, 0, from), "#5b9dff", 4, "")];
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
    const layout = {
      margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "#0e1116", uirevision: state.scene.name, showlegend: false,
      scene: { aspectmode: "data", xaxis: AXIS, yaxis: AXIS, zaxis: AXIS, bgcolor: "#0e1116", camera: { eye: { x: -0.35, y: -0.35, z: 0.3 } } },
      hoverlabel: { bgcolor: "#171c25", font: { color: "#e8ecf3" } },
    };
    await library.react(panel, [...pointTrace(from), ...actorTraces(from), ...egoTraces(from)], layout, { displayModeBar: false, responsive: true });
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
