/* Boxes and points through the data set's cameras: the page's own copy of editor/geometry.py and editor/cameras.py.

A pose is [x, y, z, qw, qx, qy, qz]: where a thing's frame sits in another ("T_world_ego" takes ego points to the world).
A view is {width, height, intrinsics: [fx, fy, cx, cy, skew]}, pixel centres at integers. A classic script, so that tests in
any page can load it; the editor's modules import it for its effect. */

globalThis.RetakeProjection = (() => {
  "use strict";

  const NEAR_M = 0.1;
  const CORNER_SIGNS = [
    [1, 1, 1], [1, -1, 1], [1, -1, -1], [1, 1, -1], [-1, 1, 1], [-1, -1, 1], [-1, -1, -1], [-1, 1, -1],
  ];
  const BOX_EDGES = [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]];

  /** A vector [x, y, z] turned by a quaternion [w, x, y, z]; it need not be of unit length. */
  function rotate([w, x, y, z], [a, b, c]) {
    const n = w * w + x * x + y * y + z * z;
    const tx = (2 * (y * c - z * b)) / n, ty = (2 * (z * a - x * c)) / n, tz = (2 * (x * b - y * a)) / n;
    return [a + w * tx + y * tz - z * ty, b + w * ty + z * tx - x * tz, c + w * tz + x * ty - y * tx];
  }

  /** The rotation b followed by a. */
  function multiply([aw, ax, ay, az], [bw, bx, by, bz]) {
    return [
      aw * bw - ax * bx - ay * by - az * bz,
      aw * bx + ax * bw + ay * bz - az * by,
      aw * by - ax * bz + ay * bw + az * bx,
      aw * bz + ax * by - ay * bx + az * bw,
    ];
  }

  /** A point of the pose's own frame, in the frame that the pose is given in. */
  function apply(pose, point) {
    const [x, y, z] = rotate(pose.slice(3), point);
    return [x + pose[0], y + pose[1], z + pose[2]];
  }

  /** T_a_b, T_b_c → T_a_c. */
  function compose(a, b) {
    return [...apply(a, b), ...multiply(a.slice(3), b.slice(3))];
  }

  /** T_a_b → T_b_a. */
  function inverse(pose) {
    const [w, x, y, z] = pose.slice(3);
    const norm = w * w + x * x + y * y + z * z;
    const back = [w / norm, -x / norm, -y / norm, -z / norm];
    return [...rotate(back, [-pose[0], -pose[1], -pose[2]]), ...back];
  }

  /** The eight corners of a box of size [length, width, height], in nuscenes-devkit's order. */
  function boxCorners(pose, [length, width, height]) {
    return CORNER_SIGNS.map(([i, j, k]) => apply(pose, [(i * length) / 2, (j * width) / 2, (k * height) / 2]));
  }

  /** [u, v, depth] of a point in the camera frame; NaN pixels nearer than NEAR_M. */
  function project(view, [x, y, z]) {
    const [fx, fy, cx, cy, skew] = view.intrinsics;
    if (!(z >= NEAR_M)) return [NaN, NaN, z];
    return [(fx * x + skew * y) / z + cx, (fy * y) / z + cy, z];
  }

  /** The part [a, b] of a line between two camera points that lies beyond the near plane, or null. */
  function clipLine(a, b) {
    if (a[2] >= NEAR_M && b[2] >= NEAR_M) return [a, b];
    if (a[2] < NEAR_M && b[2] < NEAR_M) return null;
    const share = (NEAR_M - a[2]) / (b[2] - a[2]);
    const cut = [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, NEAR_M];
    return a[2] >= NEAR_M ? [a, cut] : [cut, b];
  }

  const cross = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

  /** The convex hull of points [x, y] (Andrew's monotone chain). */
  function convexHull(points) {
    const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const chain = (list) => {
      const kept = [];
      for (const point of list) {
        while (kept.length > 1 && cross(kept.at(-2), kept.at(-1), point) <= 0) kept.pop();
        kept.push(point);
      }
      return kept.slice(0, -1);
    };
    return [...chain(sorted), ...chain(sorted.reverse())];
  }

  /** The part of a convex outline on the side where `above(point)` is not negative. */
  function cut(outline, above) {
    const kept = [];
    outline.forEach((a, i) => {
      const b = outline[(i + 1) % outline.length];
      const da = above(a), db = above(b);
      if (da >= 0) kept.push(a);
      if (da >= 0 !== db >= 0) kept.push([0, 1].map((k) => a[k] + ((b[k] - a[k]) * da) / (da - db)));
    });
    return kept;
  }

  /** The part of a convex outline between two corners of a rectangle. */
  function cutOutline(outline, [left, top], [right, bottom]) {
    const sides = [(p) => p[0] - left, (p) => right - p[0], (p) => p[1] - top, (p) => bottom - p[1]];
    return sides.reduce((part, side) => cut(part, side), outline);
  }

  /** The outline [[u, v], …] in pixels of a box's corners in the camera frame, or null where the picture holds none of it. */
  function boxOutline(view, cornersCamera) {
    const ends = cornersCamera.filter((corner) => corner[2] >= NEAR_M);
    for (const [i, j] of BOX_EDGES) {
      const a = cornersCamera[i], b = cornersCamera[j];
      if (a[2] >= NEAR_M === b[2] >= NEAR_M) continue;
      ends.push(clipLine(a, b).find((point) => point[2] === NEAR_M));
    }
    if (ends.length < 3) return null;
    const far = 10 * Math.max(view.width, view.height); // a box beside the camera reaches far out
    const hull = cutOutline(convexHull(ends.map((point) => project(view, point).slice(0, 2))), [-far, -far], [far, far]);
    const shown = cutOutline(hull, [-0.5, -0.5], [view.width - 0.5, view.height - 0.5]);
    return shown.length < 3 ? null : hull;
  }

  return {
    NEAR_M, BOX_EDGES, rotate, multiply, apply, compose, inverse, boxCorners, project, clipLine, convexHull, boxOutline,
  };
})();
