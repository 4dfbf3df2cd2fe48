/** Whose pixels an actor is drawn with: the choice, in the form that adds one and in the panel of who was added or relabelled. */

import "./projection.js";
import { make, option } from "./dom.js";
import { actorName, cameraAt } from "./scenario.js";
import { route } from "./server.js";
import { isPresent, placeAt } from "./tracks.js";

const { apply, inverse, project } = globalThis.RetakeProjection;
const MOST_OF_DRIVE = 40;
const LENDS_PX = 20; // of a small picture: whoever never shows taller is a blur that nobody would choose
const EVERY = 3; // frames

function optionGroup(label, options) {
  const group = make("optgroup", { label, hidden: !options.length });
  group.append(...options);
  return group;
}

/** The shipped actors of a category, or else those whose category begins most like it: "vehicle.bus" before "vehicle". */
function family(bank, category) {
  const parts = category.split(".");
  for (let count = parts.length; count > 0; count -= 1) {
    const start = parts.slice(0, count).join(".");
    const found = bank.filter((entry) => `${entry.category}.`.startsWith(`${start}.`));
    if (found.length) return found;
  }
  return [];
}

/** The recorded or shipped actor {size, …} that a source names, or undefined. */
export const modelOf = (state, source) =>
  state.bank.find((entry) => entry.source === source) ?? state.scene?.actors.find((actor) => `actor:${actor.id}` === source);

/** Whether some picture of the drive shows a recorded actor so near that it can lend its looks. */
function lends({ scene }, actor) {
  const isNear = (frame, index) => {
    const camera = cameraAt({ scene }, frame, index, null);
    if (!camera || !isPresent(actor, camera.picture.t_us)) return false;
    const place = apply(inverse(camera.pose), placeAt(actor.track, camera.picture.t_us)), { small } = scene.views[index];
    if (place[2] < 1 || (small.intrinsics[1] * actor.size[2]) / place[2] < LENDS_PX) return false;
    const [u, v] = project(small, place);
    return u > 0 && u < small.width && v > 0 && v < small.height;
  };
  return scene.frames.some((_, frame) => frame % EVERY === 0 && scene.views.some((__, index) => isNear(frame, index)));
}

/** The options of a picker: the looks that suit a category, and in any case the one that is `chosen`. */
export function lookOptions(state, category, chosen = null) {
  const drive = (state.scene?.actors ?? []).filter((actor) => `actor:${actor.id}` === chosen || (actor.category === category && lends(state, actor)));
  const first = drive.sort((a, b) => (`actor:${b.id}` === chosen) - (`actor:${a.id}` === chosen)).slice(0, MOST_OF_DRIVE);
  const shipped = family(state.bank, category);
  const other = state.bank.filter(({ source }) => source === chosen && !shipped.some((entry) => entry.source === chosen));
  return [
    option("", "any of its kind", chosen === null),
    optionGroup("Of this drive", first.map((actor) => option(`actor:${actor.id}`, actorName(state, actor), `actor:${actor.id}` === chosen))),
    optionGroup("From the bank", [...shipped, ...other].map(({ source, label }) => option(source, label, source === chosen))),
  ];
}

/** The options for a recorded actor that is called otherwise than it was. */
export const ownOptions = (keeps) => [option("", "any of its kind", !keeps), option("own", "itself: the label alone changes", keeps)];

/** The form of the tool "add": a category, and a look with its picture. */
export function bindAdding(root, store) {
  const { state } = store;
  const category = root.querySelector("#add-category"), look = root.querySelector("#add-look"), picture = root.querySelector("#add-picture");
  const choose = () => {
    const { name, size } = state.categories.find((each) => each.name === category.value);
    const shipped = state.bank.find(({ source }) => source === look.value);
    store.set({ adding: { category: name, size: modelOf(state, look.value)?.size ?? size, source: look.value || null } });
    picture.hidden = !shipped;
    if (!shipped) return;
    picture.style.backgroundImage = `url(${JSON.stringify(route(`bank/${shipped.name}`))})`;
    picture.setAttribute("aria-label", shipped.label);
  };
  const offerLooks = () => {
    look.replaceChildren(...lookOptions(state, category.value));
    choose();
  };
  category.replaceChildren(...state.categories.map(({ name, label }) => option(name, label, name === "vehicle.car")));
  category.addEventListener("change", offerLooks);
  look.addEventListener("change", choose);
  store.watch(["scene"], offerLooks);
}
