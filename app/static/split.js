/** The line between the map and the pictures: dragged, moved by keys, remembered in this browser; a double click lets the window choose again. */

const KEPT_AS = "retake.map-width";
const LEAST_MAP = 300, LEAST_VIEWS = 280; // pixels
const STEP = 24;

export function createSplit(handle, stage, map) {
  let from = null; // {x, width} while it is dragged

  function set(width) {
    const most = stage.clientWidth - stage.lastElementChild.clientWidth - LEAST_VIEWS;
    const wide = Math.round(Math.max(Math.min(width, most), LEAST_MAP));
    stage.style.setProperty("--map", `${wide}px`);
    localStorage.setItem(KEPT_AS, wide);
    tell();
  }

  function reset() {
    stage.style.removeProperty("--map");
    localStorage.removeItem(KEPT_AS);
    tell();
  }

  const tell = () => handle.setAttribute("aria-valuenow", Math.round((100 * map.clientWidth) / stage.clientWidth));

  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    from = { x: event.clientX, width: map.clientWidth };
  });
  handle.addEventListener("pointermove", (event) => from && set(from.width + event.clientX - from.x));
  handle.addEventListener("pointerup", () => { from = null; });
  handle.addEventListener("pointercancel", () => { from = null; });
  handle.addEventListener("dblclick", reset);
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step && event.key !== "Home") return;
    event.preventDefault();
    event.stopPropagation();
    if (step) set(map.clientWidth + step);
    else reset();
  });

  const kept = Number(localStorage.getItem(KEPT_AS));
  if (kept > 0) set(kept);
  else tell();
}
