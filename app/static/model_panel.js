/** The world model's panel beside the timeline: what it is doing and what it can do; and how it draws, folded away under "More". */

import { duration, make, option, seconds } from "./dom.js";
import { listenToNumber } from "./fields.js";
import { askedLight } from "./scenario.js";

const TICK_MS = 500; // between two looks at the clock while something is drawn

export function createModelPanel(root, store, pictures, generating, take, say) {
  const { state } = store;
  const $ = (selector) => root.querySelector(selector);
  const [seed, strength, steps, weights] = ["#seed", "#strength", "#steps", "#weights"].map($);
  const more = $("#more");
  let ticking = 0;

  // ------------------------------------------------------------------------------------------- what is going on

  const changed = () => Object.keys(state.take.stale).length > 0;
  const unrefined = () => pictures.segments().filter(([first]) => pictures.unrefined(state.take, first).length > 0).length;

  /** How much of the present piece of work is done, by its own estimate. */
  function share({ begun, left, done, total }) {
    const gone = (performance.now() - begun) / 1000;
    return Math.max(total ? done / total : 0, left === null ? 0 : gone / (gone + left));
  }

  /** Seconds for all that is wanted, as if every picture took as long as those of the present piece. */
  function secondsLeft({ begun, left, done, total }, pieces) {
    if (left === null || !total) return null;
    const each = ((performance.now() - begun) / 1000 + left) / total;
    return left + each * Math.max(pieces - (total - done), 0);
  }

  /** Before the first step there is nothing to judge by: drafts are drawn, the model and the LiDAR are read. */
  const inWords = (s, work) => (s !== null ? `, ${duration(s)} left` : work.done ? "" : ", making ready");

  function anchorsWords(work) {
    const missing = pictures.unanchored(state.take).length;
    const total = state.model.anchors.reduce((sum, frame) => sum + pictures.tiers(state.take, frame).changed, 0);
    const before = total - missing - work.done; // what is done of the piece under way is in its share
    return { text: `Anchors ${total - missing} of ${total}${inWords(secondsLeft(work, missing), work)}`, share: total ? (before + share(work) * work.total) / total : 0 };
  }

  function segmentWords(work) {
    const missing = state.queue.reduce((sum, first) => sum + pictures.unrefined(state.take, first).length, 0);
    const more = state.queue.length > 1 ? `, ${state.queue.length - 1} queued` : "";
    const from = seconds(state.scene, state.scene.frames[work.segment].t_us);
    return { text: `Segment at ${from}${more}${inWords(secondsLeft(work, missing), work)}`, share: share(work) };
  }

  function frameWords(work) {
    const at = seconds(state.scene, state.scene.frames[work.alone].t_us);
    return { text: `The frame at ${at}${inWords(work.left, work)}`, share: share(work) };
  }

  function wordsOf(work) {
    if (work === null) return { text: idleWords(), share: 0 };
    if (work.alone !== null) return frameWords(work);
    return work.segment === null ? anchorsWords(work) : segmentWords(work);
  }

  function idleWords() {
    if (!changed()) return "Nothing is changed";
    if (state.halted) return state.halted === "stopped" ? "Stopped" : "Interrupted";
    if (pictures.unanchored(state.take).length > 0) return "Anchors follow the draft";
    return unrefined() > 0 ? "Click a segment to refine it" : "All is refined";
  }

  function drawStatus() {
    const { work } = state;
    const { text, share: done } = wordsOf(work);
    $("#model-text").textContent = text;
    $("#model-text").title = text;
    $("#model progress").value = done;
    $("#model progress").classList.toggle("idle", !work);
    const canGoOn = !work && Boolean(state.halted) && pictures.unanchored(state.take).length > 0;
    const halt = $("#model [data-action='halt']");
    halt.textContent = canGoOn ? "Continue" : "Cancel";
    halt.disabled = !work && !canGoOn && state.queue.length === 0;
    $("#model [data-action='refine_all']").disabled = unrefined() <= state.queue.length;
    clearTimeout(ticking);
    if (work) ticking = setTimeout(() => store.touch("clock"), TICK_MS);
  }

  // ------------------------------------------------------------------------------------------- how it draws

  /** A field whose range the page's markup says. */
  function listen(input, name, isWhole, onchange) {
    const wanted = { name, least: Number(input.min), most: Number(input.max), isWhole };
    listenToNumber(input, wanted, onchange, (sentence) => {
      say(sentence, "problem");
      drawMore();
    });
  }

  listen(seed, "Seed", true, (value) => take.describe({ seed: value }));
  listen(strength, "Strength", false, (guidance) => generating.setManner({ guidance }));
  listen(steps, "Steps", true, (value) => generating.setManner({ steps: value }));
  weights.addEventListener("change", () => generating.setManner({ weights: weights.value }));
  root.addEventListener("pointerdown", (event) => !more.contains(event.target) && more.removeAttribute("open"));
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    more.removeAttribute("open");
    more.querySelector("summary").focus();
    event.stopPropagation();
  });

  function show(input, value) {
    if (root.ownerDocument.activeElement !== input) input.value = value;
  }

  function drawMore() {
    const { manner, model, take: { unlearned, text } } = state;
    show(seed, state.take.seed);
    show(strength, manner.guidance);
    show(steps, manner.steps);
    weights.replaceChildren(...model.weights.map(({ name, label }) => option(name, label, name === manner.weights)));
    weights.closest("label").hidden = model.weights.length < 2;
    $("#model-reads").replaceChildren("The model reads ", make("q", { text }));
    const words = unlearned.join(", ");
    $("#unlearned").textContent = `Unknown to the model: ${words}`;
    $("#unlearned").title = `The world model never learned these words: ${words}`;
    $("#unlearned-all").textContent = `It never learned: ${words}.`;
    $("#unlearned-all").hidden = unlearned.length === 0;
    $("#unlearned").hidden = unlearned.length === 0 || askedLight(state.take).length === 0; // until words matter, "More" says it
  }

  function draw() {
    if (!state.take) return;
    const has = Boolean(state.model);
    root.classList.toggle("with-model", has);
    $("#model").hidden = !has;
    more.hidden = !has;
    $("#no-model").hidden = has;
    for (const entry of root.querySelectorAll(".legend [data-with]")) entry.hidden = (entry.dataset.with === "model") !== has;
    if (has) drawMore();
    else $("#unlearned").hidden = true;
  }

  store.watch(["take", "model", "manner", "scene"], draw);
  store.watch(["take", "model", "manner", "work", "queue", "halted", "pictures", "clock"], () => state.model && state.take && drawStatus());
}
