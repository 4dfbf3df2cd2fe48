/** Making elements: text always goes in as text, so nothing that a data set or a person wrote can become markup. */

/** An element with attributes, listeners ("onclick") and children; null children are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An option of a picker. */
export const option = (value, text, selected = false) =>
  Object.assign(document.createElement("option"), { value, textContent: text, selected });

/** Other entries into a list; who has the keyboard in it keeps it, in the entry with the same `data-entry`. */
export function replaceEntries(list, ...entries) {
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.entry : undefined;
  list.replaceChildren(...entries);
  if (held === undefined) return;
  list.querySelector(`[data-entry="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

const sizes = new WeakMap(); // of canvases, kept by an observer: asking an element for its size makes the browser lay out the page
const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect: { width, height } } of entries) {
    sizes.set(target, { width: Math.round(width), height: Math.round(height) });
  }
});

/** The size of a canvas in CSS pixels. */
export function sizeOf(canvas) {
  if (!sizes.has(canvas)) {
    sizes.set(canvas, { width: canvas.clientWidth, height: canvas.clientHeight });
    observer.observe(canvas);
  }
  return sizes.get(canvas);
}

/** Let a canvas have one pixel per pixel of the display; returns its context in CSS pixels and its size. */
export function fitted(canvas) {
  const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
  const { width, height } = sizeOf(canvas);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

/** "12:04:31". */
export const clock = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** "Nov 23, 18:51". */
export const day = (date) => date.toLocaleString([], { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

/** `40 s`, `3 min`. */
export const duration = (s) => (s < 90 ? `${Math.ceil(s)} s` : `${Math.ceil(s / 60)} min`);

/** Seconds since the start of the scene, "3.50 s". */
export const seconds = (scene, t) => `${((t - scene.span[0]) * 1e-6).toFixed(2)} s`;
