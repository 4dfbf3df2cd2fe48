/** The timeline: every frame and what it shows, anchors and segments where there is a world model, findings, edits, the playhead. */

import { fitted, seconds, sizeOf } from "./dom.js";

const LEFT = 12, RIGHT = 12;
const DRAFTS = { ruler: 14, frames: 26, half: 8, findings: 50, edits: 68 };
const MODELLED = { ruler: 14, frames: 25, half: 6, segments: 43, findings: 61, edits: 78 };
const SEVERE = 0.66;
const COLOURS = {
  still: "#2b323e", dirty: "#b07c1e", draft: "#3f78d0", anchor: "#8f6ff0", refined: "#2f9e78", text: "#9aa4b5", key: "#9aa4b5", head: "#ffffff", accent: "#5b9dff",
  severe: "#ff6b6b", mild: "#ffc247", edit: "#b9c3d4",
};
const BEYOND = { stripe: 7, line: "rgba(154, 164, 181, 0.28)", word: "beyond the recording" };
const TOPICS = ["scene", "take", "frame", "selected", "pictures", "draft", "listed", "size", "playing", "model", "manner", "work", "queue"];
const DRAWN = ["refined", "anchor", "draft"]; // from the bottom of a frame's cell to its top

export function createTimeline(canvas, tip, store, pictures, generating, actions) {
  const { state } = store;
  let scrubbing = false, pointer = null;
  const rows = () => (state.model ? MODELLED : DRAFTS);

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

  const WORDS = { draft: ["draft", "drafts"], anchor: ["anchor", "anchors"], refined: ["refined", "refined"] };

  /** What a frame's cell says, in words. */
  function changesAt(frame) {
    const count = pictures.tiers(state.take, frame);
    if (count.changed === 0) return ", as recorded";
    const drawn = DRAWN.filter((tier) => count[tier] > 0).map((tier) => `${count[tier]} ${WORDS[tier][count[tier] === 1 ? 0 : 1]}`);
    if (frame >= state.scene.recorded.frames.length) return `, ${BEYOND.word}: ${drawn.join(", ") || "none drawn"}`;
    return `, ${count.changed === 1 ? "1 picture" : `${count.changed} pictures`} changed: ${drawn.join(", ") || "none drawn"}`;
  }

  /** Where the drive goes on beyond its recording: stripes, and the word. */
  function drawBeyond(context, height) {
    const { recorded, frames } = state.scene;
    if (frames.length === recorded.frames.length) return;
    const from = xOfTime(recorded.span[1]), width = LEFT + inner() - from;
    context.save();
    context.beginPath();
    context.rect(from, 0, width + RIGHT, height);
    context.clip();
    context.strokeStyle = BEYOND.line;
    context.beginPath();
    for (let x = from - height; x < from + width + RIGHT; x += BEYOND.stripe) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.stroke();
    context.fillStyle = BEYOND.line;
    context.fillRect(from, 0, 1.5, height);
    context.font = "11px system-ui, sans-serif";
    const wide = context.measureText(BEYOND.word).width;
    if (wide + 16 < width) {
      context.fillStyle = "#161b23";
      context.fillRect(from + 4, rows().edits - 8, wide + 8, 15);
      context.fillStyle = COLOURS.text;
      context.fillText(BEYOND.word, from + 8, rows().edits + 3);
    }
    context.restore();
  }

  function drawRuler(context) {
    const [start, end] = state.scene.span;
    const step = [0.5, 1, 2, 5, 10].find((s) => (s * 1e6 * inner()) / (end - start) > 54) ?? 20;
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = COLOURS.text;
    for (let s = 0; s <= (end - start) * 1e-6 + 1e-6; s += step) {
      const text = `${s} s`, x = xOfTime(start + s * 1e6);
      const wide = context.measureText(text).width;
      context.fillText(text, x + 3 + wide > sizeOf(canvas).width ? x - wide - 3 : x + 3, DRAFTS.ruler - 3);
      context.fillRect(x, 2, 1, 12);
    }
  }

  function drawFrames(context) {
    const { frames } = state.scene, { frames: middle, half: high } = rows();
    const half = Math.max(inner() / Math.max(frames.length - 1, 1) - 1, 1) / 2;
    frames.forEach(({ is_keyframe: isKeyframe }, i) => {
      const count = pictures.tiers(state.take, i);
      const x = Math.max(xOfFrame(i) - half, LEFT / 2), cell = Math.min(xOfFrame(i) + half, LEFT + inner() + RIGHT / 2) - x;
      context.fillStyle = count.changed === 0 ? COLOURS.still : COLOURS.dirty;
      context.fillRect(x, middle - high, cell, 2 * high);
      let bottom = middle + high;
      for (const tier of DRAWN) {
        const height = count.changed === 0 ? 0 : (2 * high * count[tier]) / count.changed;
        context.fillStyle = COLOURS[tier];
        context.fillRect(x, bottom - height, cell, height);
        bottom -= height;
      }
      if (isKeyframe && !state.model) {
        context.fillStyle = COLOURS.key;
        context.fillRect(xOfFrame(i) - 0.75, middle + 10, 1.5, 5);
      }
    });
  }

  // ------------------------------------------------------------------------------------------- anchors and segments

  /** Of a segment: "still", "dirty", "queued", "drawing" or "refined". */
  function statusOf(first) {
    if (state.work?.segment === first) return "drawing";
    if (state.queue.includes(first)) return "queued";
    if (pictures.unrefined(state.take, first).length > 0) return "dirty";
    return pictures.segmentFrames(first).some((frame) => pictures.tiers(state.take, frame).changed > 0) ? "refined" : "still";
  }

  function drawSegment(context, [first, last]) {
    const [from, to] = [xOfFrame(first), xOfFrame(last)], gap = Math.min(6, (to - from) / 4);
    const [x, y, wide] = [from + gap, rows().segments - 4, to - from - 2 * gap];
    const status = statusOf(first), line = { dirty: COLOURS.dirty, queued: COLOURS.refined, drawing: COLOURS.refined }[status];
    context.fillStyle = status === "refined" ? COLOURS.refined : COLOURS.still;
    context.fillRect(x, y, wide, 8);
    if (status === "drawing") {
      context.fillStyle = COLOURS.refined;
      context.fillRect(x, y, (wide * state.work.done) / (state.work.total || 1), 8);
    }
    if (!line) return;
    context.strokeStyle = line;
    context.setLineDash(status === "queued" ? [3, 3] : []);
    context.strokeRect(x + 0.5, y + 0.5, wide - 1, 7);
    context.setLineDash([]);
  }

  function drawAnchor(context, frame) {
    const { changed, anchor, refined } = pictures.tiers(state.take, frame), x = xOfFrame(frame), y = rows().segments;
    const isDrawing = state.work?.segment === null && state.work.frames?.includes(frame);
    context.beginPath();
    for (const [dx, dy] of [[0, -6], [6, 0], [0, 6], [-6, 0]]) context.lineTo(x + dx, y + dy);
    context.closePath();
    context.fillStyle = changed === 0 ? "#59657a" : anchor + refined === changed ? COLOURS.anchor : COLOURS.dirty;
    context.fill();
    if (!isDrawing || changed === 0) return;
    context.strokeStyle = COLOURS.anchor;
    context.lineWidth = 2;
    context.stroke();
    context.lineWidth = 1;
  }

  function drawSegments(context) {
    if (!state.model) return;
    context.lineWidth = 1;
    for (const segment of pictures.segments()) drawSegment(context, segment);
    for (const frame of state.model.anchors) drawAnchor(context, frame);
  }

  const SEGMENT_WORDS = {
    still: "as recorded", dirty: "click to refine it", queued: "queued; click to leave it", drawing: "being refined; click to stop", refined: "refined",
  };

  function segmentAt(x, y) {
    if (!state.model || Math.abs(y - rows().segments) > 8) return null;
    return pictures.segments().find(([first, last]) => xOfFrame(first) + 4 < x && x < xOfFrame(last) - 4) ?? null;
  }

  const segmentWords = ([first, last]) => `Segment ${seconds(state.scene, state.scene.frames[first].t_us)} to ${seconds(state.scene, state.scene.frames[last].t_us)}: ${SEGMENT_WORDS[statusOf(first)]}`;

  // ------------------------------------------------------------------------------------------- findings, edits, the playhead

  const findingColour = ({ severity }) => (severity >= SEVERE ? COLOURS.severe : COLOURS.mild);

  function drawFindings(context) {
    for (const finding of state.take.findings) {
      const x = xOfTime(finding.span[0]), end = Math.max(xOfTime(finding.span[1]), x + 1);
      context.globalAlpha = finding.actors.includes(state.selected) ? 1 : 0.75;
      context.fillStyle = findingColour(finding);
      context.fillRect(x, rows().findings + 4, end - x, 2);
      context.beginPath();
      context.moveTo(x, rows().findings - 6);
      context.lineTo(x + 5, rows().findings + 3);
      context.lineTo(x - 5, rows().findings + 3);
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
      context.arc(x, rows().edits, 3, 0, 2 * Math.PI);
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
    drawBeyond(context, height);
    drawRuler(context);
    drawFrames(context);
    drawSegments(context);
    drawFindings(context);
    drawEdits(context);
    drawHead(context, height);
    const { frames } = state.scene, t = frames[state.frame].t_us;
    canvas.setAttribute("aria-valuemax", frames.length - 1);
    canvas.setAttribute("aria-valuenow", state.frame);
    canvas.setAttribute("aria-valuetext", `frame ${state.frame + 1} of ${frames.length}, ${seconds(state.scene, t)}`);
    drawTip();
  }

  // ------------------------------------------------------------------------------------------- pointer

  const seek = (x) => store.set({ frame: frameAt(x) });

  function findingAt(x, y) {
    if (Math.abs(y - rows().findings) > 9) return null;
    return state.take.findings.find((finding) => Math.abs(xOfTime(finding.span[0]) - x) < 7) ?? null;
  }

  function editAt(x, y) {
    if (Math.abs(y - rows().edits) > 8) return null;
    return state.take.gestures.findLast((edit) => edit.t_us !== null && Math.abs(xOfTime(edit.t_us) - x) < 6) ?? null;
  }

  /** What lies under the pointer, also when it changes while the pointer rests. */
  function drawTip() {
    tip.hidden = pointer === null;
    if (pointer === null) return;
    const frame = state.scene.frames[frameAt(pointer[0])], segment = segmentAt(...pointer);
    const found = findingAt(...pointer)?.sentence ?? editAt(...pointer)?.sentence ?? (segment ? segmentWords(segment) : null);
    tip.textContent = found ?? `${seconds(state.scene, frame.t_us)}${frame.is_keyframe ? ", keyframe" : ""}${changesAt(frameAt(pointer[0]))}`;
    tip.style.left = `${Math.min(Math.max(pointer[0] - tip.offsetWidth / 2, 4), canvas.clientWidth - tip.offsetWidth - 4)}px`;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!state.scene) return;
    const finding = findingAt(event.offsetX, event.offsetY);
    if (finding) return actions.jumpTo(finding);
    const segment = segmentAt(event.offsetX, event.offsetY);
    if (segment && ["dirty", "queued", "drawing"].includes(statusOf(segment[0]))) return generating.toggle(segment[0]);
    canvas.setPointerCapture(event.pointerId);
    scrubbing = true;
    store.set({ playing: false });
    return seek(event.offsetX);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!state.scene) return;
    if (scrubbing) seek(event.offsetX);
    pointer = [event.offsetX, event.offsetY];
    drawTip();
  });

  canvas.addEventListener("pointerup", () => {
    scrubbing = false;
  });
  canvas.addEventListener("pointerleave", () => {
    pointer = null;
    drawTip();
  });

  store.watch(TOPICS, draw);
  new ResizeObserver(() => store.touch("size")).observe(canvas);
}
