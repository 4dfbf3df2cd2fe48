/** A part of the large picture shown as large as all of it: as a camera with a longer lens would, so boxes and the pointer follow. */

const MOST = 12;

const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** A view {width, height, intrinsics} that shows the part which begins at shares `left` and `top` of it, `by` times as large. */
export function zoomed(view, { by, left, top }) {
  const [fx, fy, cx, cy, skew] = view.intrinsics;
  const middle = (c, first, size) => (c + 0.5 - first * size) * by - 0.5;
  return { ...view, intrinsics: [fx * by, fy * by, middle(cx, left, view.width), middle(cy, top, view.height), skew * by], zoom: { by, left, top } };
}

/** The same part so many times larger, with what lies at shares [u, v] of it staying there; null where that is all of the picture. */
export function larger(zoom, times, [u, v]) {
  const { by, left, top } = zoom ?? { by: 1, left: 0, top: 0 };
  const next = within(by * times, 1, MOST);
  const first = (start, share) => within(start + share / by - share / next, 0, 1 - 1 / next);
  return next === 1 ? null : { by: next, left: first(left, u), top: first(top, v) };
}

/** Another part, as far to the right and below as shares [u, v] of what is shown. */
export function slid({ by, left, top }, [u, v]) {
  return { by, left: within(left + u / by, 0, 1 - 1 / by), top: within(top + v / by, 0, 1 - 1 / by) };
}
