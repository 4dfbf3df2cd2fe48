/** Where each picture stands: all alike and as large as they can be, or one large with the others below it as they sit on the car. */

const GAP = 4;
const LEAST_SMALL = 72; // pixels: narrower pictures beside a large one show nothing
const RIG_FROM = 0.8; // three columns are the car's own layout, and worth this much of the pictures' width
const RIG = ["FRONT_LEFT", "FRONT", "FRONT_RIGHT", "BACK_LEFT", "BACK", "BACK_RIGHT"];
const PAIRS = ["FRONT", "BACK", "FRONT_LEFT", "FRONT_RIGHT", "BACK_LEFT", "BACK_RIGHT"];

function ordered(tiles, names) {
  const place = ({ view }) => (names.indexOf(view.name.replace(/^CAM_/, "")) + names.length + 1) % (names.length + 1); // unknown ones last
  return [...tiles].sort((a, b) => place(a) - place(b));
}

const rowsOf = (tiles, columns) => Array.from({ length: Math.ceil(tiles.length / columns) }, (_, i) => tiles.slice(i * columns, (i + 1) * columns));

/** How wide the pictures of some rows can be. */
function widthIn(rows, width, height, aspect) {
  const longest = Math.max(...rows.map((row) => row.length));
  const wide = (width - GAP * (longest - 1)) / longest, high = (height - GAP * (rows.length - 1)) / rows.length;
  return Math.floor(Math.min(wide, high * aspect));
}

/** [{tile, left, top, width, height}]: rows of pictures, centred between two heights. */
function inRows(rows, wide, aspect, width, top, height) {
  const high = Math.floor(wide / aspect);
  const first = top + Math.max(0, Math.floor((height - rows.length * (high + GAP) + GAP) / 2));
  return rows.flatMap((row, i) => {
    const left = Math.floor((width - row.length * (wide + GAP) + GAP) / 2);
    return row.map((tile, j) => ({ tile, left: left + j * (wide + GAP), top: first + i * (high + GAP), width: wide, height: high }));
  });
}

function best(candidates, width, height, aspect) {
  const sized = candidates.map((rows) => ({ rows, wide: widthIn(rows, width, height, aspect) }));
  return sized.reduce((a, b) => (b.wide > a.wide ? b : a));
}

function allAlike(tiles, width, height, aspect) {
  const names = (columns) => (columns === 2 ? PAIRS : RIG);
  const candidates = tiles.map((_, i) => rowsOf(ordered(tiles, names(i + 1)), i + 1));
  const found = best(candidates, width, height, aspect);
  const rig = tiles.length === RIG.length ? { rows: candidates[2], wide: widthIn(candidates[2], width, height, aspect) } : found;
  const { rows, wide } = rig.wide >= RIG_FROM * found.wide ? rig : found;
  return inRows(rows, wide, aspect, width, 0, height);
}

function oneLarge(large, others, width, height, aspect) {
  const wide = Math.floor(Math.min(width, height * aspect)), high = Math.floor(wide / aspect);
  const rig = ordered(others, RIG);
  const ahead = rig.filter(({ view }) => view.name.includes("FRONT")), behind = rig.filter((tile) => !ahead.includes(tile));
  const candidates = [[rig], [ahead, behind]].map((rows) => rows.filter((row) => row.length > 0)).filter((rows) => rows.length > 0);
  const room = height - high - GAP;
  const small = candidates.length > 0 ? best(candidates, width, room, aspect) : { wide: 0 };
  if (small.wide < LEAST_SMALL) return oneBeside(large, rig, wide, width, height, aspect);
  const used = high + GAP + small.rows.length * (Math.floor(small.wide / aspect) + GAP) - GAP;
  const top = Math.max(0, Math.floor((height - used) / 2));
  return [...inRows([[large]], wide, aspect, width, top, high), ...inRows(small.rows, small.wide, aspect, width, top + high + GAP, 0)];
}

/** In a low, wide place the others stand in a column on the right; where that is too narrow, they are not shown. */
function oneBeside(large, others, wide, width, height, aspect) {
  const rows = rowsOf(others, 1), room = width - wide - GAP;
  const small = rows.length > 0 ? widthIn(rows, room, height, aspect) : 0;
  if (small < LEAST_SMALL) return inRows([[large]], wide, aspect, width, 0, height);
  const left = Math.floor((room - small) / 2); // of the empty room, so that both stand in the middle
  const moved = (places, by) => places.map((place) => ({ ...place, left: place.left + by }));
  const column = moved(inRows(rows, small, aspect, small, 0, height), left + wide + GAP);
  return [...moved(inRows([[large]], wide, aspect, wide, 0, height), left), ...column];
}

/** The place of every tile that is shown; `expanded` is the index of the large one, or null. */
export function layout(tiles, expanded, width, height) {
  if (tiles.length === 0) return [];
  const aspect = tiles[0].view.small.width / tiles[0].view.small.height;
  const large = tiles.find(({ index }) => index === expanded);
  if (!large) return allAlike(tiles, width, height, aspect);
  return oneLarge(large, tiles.filter((tile) => tile !== large), width, height, aspect);
}
