/** The timeline: every frame, keyframes, what the take changes and how far its draft is, findings, edits, and the playhead. */

import { fitted, seconds, sizeOf } from "./dom.js";

const LEFT = 12, RIGHT = 12;
const ROWS = { ruler: 14, frames: 26, findings: 50, edits: 68 };
const SEVERE = 0.66;
const COLOURS = {
  still: "#2b323e", dirty: "#b07c1e", drawn: "#3f78d0", text: "#9aa4b5", key: "#9aa4b5", head: "#ffffff", accent: "#5b9dff",
  severe: "#ff6b6b", mild: "#ffc247", edit: "#b9c3d4",
};
const TOPICS = ["scene", "take", "frame", "selected", "pictures", "draft", "listed", "size", "playing"];

export function createTimeline(canvas, tip, store, pictures, actions) {
  const { state } = store;
  let scrubbing = false;

  // ------------------------------------------------------------------------------------------- time ↔ place

  const inner = () => sizeOf(canvas).width - LEFT - RIGHT;
  const xOfTime = (t) => LEFT + ((t - state.scene.span[0]) / (state.scene.span[1] - state.scene.span[0] || 1)) * inner();
  const xOfFrame = (frame) => xOfTime(state.scene.frames[frame].t_us);

  function frameAt(x) {
    const t = state.scene.span[0] + ((x - LEFT) / inner()) * (state.scene.span[1] - state.scene.span[0]);
    let best = 0;
    state.scene.frames.forEach((frame, i) => {
      if (Math.abs(frame.t_us - t) < Math.abs(state.scene.frames[best].t_us - t)) best = i;
    });
    return best;
  }

  // ------------------------------------------------------------------------------------------- drawing

  /** How many views of each frame the take changes, and how many of these are drawn. */
  function progress() {
    const frames = state.scene.frames.map(() => ({ dirty: 0, missing: 0 }));
    for (const ranges of Object.values(state.take.dirty)) {
      for (const [from, to] of ranges) for (let i = from; i <= to; i += 1) frames[i].dirty += 1;
    }
    for (const [frame] of pictures.missing(state.take, state.scene)) frames[frame].missing += 1;
    return frames;
  }

  /** What a frame's cell says, in words. */
  function changesAt(frame) {
    const { dirty, missing } = progress()[frame];
    if (dirty === 0) return ", as recorded";
    return `, ${dirty === 1 ? "1 picture" : `${dirty} pictures`} changed, ${missing === 0 ? "all" : dirty - missing} drawn`;
  }

  function drawRuler(context) {
    const [start, end] = state.scene.span;
    const step = [0.5, 1, 2, 5, 10].find((s) => (s * 1e6 * inner()) / (end - start) > 54) ?? 20;
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = COLOURS.text;
    for (let s = 0; s <= (end - start) * 1e-6 + 1e-6; s += step) {
      const text = `${s} s`, x = xOfTime(start + s * 1e6);
      const wide = context.measureText(text).width;
      context.fillText(text, x + 3 + wide > sizeOf(canvas).width ? x - wide - 3 : x + 3, ROWS.ruler - 3);
      context.fillRect(x, 2, 1, 12);
    }
  }

  function drawFrames(context) {
    const { frames } = state.scene;
    const half = Math.max(inner() / Math.max(frames.length - 1, 1) - 1, 1) / 2;
    progress().forEach(({ dirty, missing }, i) => {
      const x = Math.max(xOfFrame(i) - half, LEFT / 2), cell = Math.min(xOfFrame(i) + half, LEFT + inner() + RIGHT / 2) - x;
      context.fillStyle = dirty === 0 ? COLOURS.still : COLOURS.dirty;
      context.fillRect(x, ROWS.frames - 8, cell, 16);
      if (dirty > 0) {
        const share = 1 - missing / dirty;
        context.fillStyle = COLOURS.drawn;
        context.fillRect(x, ROWS.frames + 8 - 16 * share, cell, 16 * share);
      }
      if (frames[i].is_keyframe) {
        context.fillStyle = COLOURS.key;
        context.fillRect(xOfFrame(i) - 0.75, ROWS.frames + 10, 1.5, 5);
      }
    });
  }

  const findingColour = ({ severity }) => (severity >= SEVERE ? COLOURS.severe : COLOURS.mild);

  function drawFindings(context) {
    for (const finding of state.take.findings) {
      const x = xOfTime(finding.span[0]), end = Math.max(xOfTime(finding.span[1]), x + 1);
      context.globalAlpha = finding.actors.includes(state.selected) ? 1 : 0.75;
      context.fillStyle = findingColour(finding);
      context.fillRect(x, ROWS.findings + 4, end - x, 2);
      context.beginPath();
      context.moveTo(x, ROWS.findings - 6);
      context.lineTo(x + 5, ROWS.findings + 3);
      context.lineTo(x - 5, ROWS.findings + 3);
      context.fill();
      context.globalAlpha = 1;
    }
  }

  function drawEdits(context) {
    context.fillStyle = COLOURS.edit;
    for (const edit of state.take.gestures) {
      if (edit.t_us === null) continue;
      const x = xOfTime(edit.t_us);
      context.beginPath();
      context.arc(x, ROWS.edits, 3, 0, 2 * Math.PI);
      context.fill();
    }
  }

  function drawHead(context, height) {
    const x = xOfFrame(state.frame);
    context.fillStyle = COLOURS.head;
    context.fillRect(x - 0.75, 0, 1.5, height);
    context.beginPath();
    context.moveTo(x - 6, 0);
    context.lineTo(x + 6, 0);
    context.lineTo(x, 9);
    context.fill();
  }

  function draw() {
    if (!state.scene) return;
    const { context, width, height } = fitted(canvas);
    if (width === 0) return;
    context.clearRect(0, 0, width, height);
    drawRuler(context);
    drawFrames(context);
    drawFindings(context);
    drawEdits(context);
    drawHead(context, height);
    const { frames } = state.scene, t = frames[state.frame].t_us;
    canvas.setAttribute("aria-valuemax", frames.length - 1);
    canvas.setAttribute("aria-valuenow", state.frame);
    canvas.setAttribute("aria-valuetext", `frame ${state.frame + 1} of ${frames.length}, ${seconds(state.scene, t)}`);
  }

  // ------------------------------------------------------------------------------------------- pointer

  const seek = (x) => store.set({ frame: frameAt(x) });

  function findingAt(x, y) {
    if (Math.abs(y - ROWS.findings) > 9) return null;
    return state.take.findings.find((finding) => Math.abs(xOfTime(finding.span[0]) - x) < 7) ?? null;
  }

  function editAt(x, y) {
    if (Math.abs(y - ROWS.edits) > 8) return null;
    return state.take.gestures.findLast((edit) => edit.t_us !== null && Math.abs(xOfTime(edit.t_us) - x) < 6) ?? null;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!state.scene) return;
    const finding = findingAt(event.offsetX, event.offsetY);
    if (finding) return actions.jumpTo(finding);
    canvas.setPointerCapture(event.pointerId);
    scrubbing = true;
    store.set({ playing: false });
    return seek(event.offsetX);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!state.scene) return;
    if (scrubbing) seek(event.offsetX);
    const at = [event.offsetX, event.offsetY];
    const frame = state.scene.frames[frameAt(at[0])];
    const found = findingAt(...at)?.sentence ?? editAt(...at)?.sentence;
    tip.textContent = found ?? `${seconds(state.scene, frame.t_us)}${frame.is_keyframe ? ", keyframe" : ""}${changesAt(frameAt(at[0]))}`;
    tip.hidden = false;
    tip.style.left = `${Math.min(Math.max(at[0] - tip.offsetWidth / 2, 4), canvas.clientWidth - tip.offsetWidth - 4)}px`;
  });

  canvas.addEventListener("pointerup", () => {
    scrubbing = false;
  });
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });

  store.watch(TOPICS, draw);
  new ResizeObserver(() => store.touch("size")).observe(canvas);
}
