/** Puts the window together: the store, the open take, and everything that draws it. */

import { createActions } from "./actions.js";
import { createActorPanel } from "./actor_panel.js";
import { createBev } from "./bev.js";
import { createBevPointer } from "./bev_pointer.js";
import { createExport, createHelp } from "./dialogs.js";
import { createDocument } from "./document.js";
import { make, option, seconds } from "./dom.js";
import { endTypingFirst } from "./fields.js";
import { watchExports } from "./export_watch.js";
import { createGenerating } from "./generating.js";
import { createGestures } from "./gestures.js";
import { createHint } from "./hint.js";
import { keyWords, listenToKeys } from "./keys.js";
import { createLists } from "./lists.js";
import { bindAdding } from "./looks.js";
import { createModelPanel } from "./model_panel.js";
import { createNudges } from "./nudges.js";
import { createPictures } from "./pictures.js";
import { startPlaying } from "./playing.js";
import { get } from "./server.js";
import { createSpace } from "./space.js";
import { createSplit } from "./split.js";
import { createStore, INITIAL } from "./store.js";
import { createTakeList } from "./take_list.js";
import { inOrder } from "./take_order.js";
import { createTakePanel } from "./take_panel.js";
import { createTimeline } from "./timeline.js";
import { createTopbar } from "./topbar.js";
import { createVary } from "./vary.js";
import { createViews } from "./views.js";
import { createViewsPointer } from "./views_pointer.js";

const MOST_COMPARED = 100; // takes that the wipe offers
const MOST_NOTICES = 3;
const NOTICE_MS = 7000;

/** The page; where it cannot begin, the curtain says why and stays. */
export async function mount(element) {
  const root = element.querySelector("#retake"), curtain = root.querySelector("#opening");
  try {
    await begin(root);
  } catch (error) {
    curtain.textContent = error.message;
    throw error;
  }
  curtain.hidden = true;
  globalThis.retake.ready = true;
}

async function begin(root) {
  const $ = (selector) => root.querySelector(selector);
  const store = createStore({ ...INITIAL });
  const { state } = store;
  globalThis.retake = { store };

  function say(sentence, kind = "news") {
    for (const other of $("#notices").children) if (other.firstChild.textContent === sentence) other.remove();
    const notice = make("div", { class: "notice", "data-kind": kind }, make("span", { text: sentence }),
      make("button", { type: "button", class: "quiet", "aria-label": "Dismiss", text: "×", onclick: () => notice.remove() }));
    $("#notices").append(notice);
    while ($("#notices").children.length > MOST_NOTICES) $("#notices").firstChild.remove();
    setTimeout(() => notice.remove(), NOTICE_MS);
  }

  endTypingFirst(root);
  const { scenes, first, actions: table, categories, paints, bank } = await get("start");
  Object.assign(state, { scenes, categories, paints, bank });
  const pictures = createPictures(store, say);
  const generating = createGenerating(store, pictures, say);
  const edits = createDocument(store, pictures, generating, say);
  const nudges = createNudges(store, edits);
  const take = nudges.before(edits);
  const gestures = createGestures(store, take, nudges);
  const bev = createBev($("#map"), store);
  Object.assign(globalThis.retake, { bev, pictures });
  const exporting = createExport($("#export-dialog"), store, take, generating, say);
  watchExports($("#exports-going"), store, exporting, say);
  const takeList = createTakeList($("#takes-dialog"), store, take, exporting.list);
  const vary = createVary($("#vary-dialog"), store, take, takeList.show);
  const dialogs = { help: createHelp($("#help-dialog"), table), export: exporting.ask, takes: takeList, vary };
  const actions = createActions(store, take, generating, gestures, nudges, bev, dialogs, say);
  const views = createViews($("#views"), store, pictures);
  Object.assign(globalThis.retake, { views, actions: actions.names });
  createBevPointer($("#map"), store, bev, gestures);
  createViewsPointer($("#views"), store, views, gestures);
  createSplit($("#split"), $(".stage"), $(".map-panel"));
  createSpace($("#space"), $("#map"), store, bev.background);
  createTimeline($("#timeline"), $("#time-tip"), store, pictures, generating, actions);
  createModelPanel(root, store, pictures, generating, take, say);
  createTopbar(root, store, take, pictures);
  createHint($("#hint"), store);
  createActorPanel($("#actor"), store, take, actions, say);
  createLists(root, store, take, actions);
  createTakePanel(root, store, take);
  startPlaying(store, pictures);
  listenToKeys(root, table, actions.performByKey);
  bindButtons(root, store, table, actions, take);
  store.watch(["frame"], () => state.scene && take.look());
  await openFirst(take, say, scenes, first);
}

/** What the address says, so that a reload comes back to the same take; otherwise the first scene that can be opened. */
async function openFirst(take, say, scenes, first) {
  const asked = new URL(location.href).searchParams;
  const isKnown = scenes.some(({ name }) => name === asked.get("scene"));
  const scene = isKnown ? asked.get("scene") : first;
  if (asked.has("scene") && !isKnown) say(`There is no scene “${asked.get("scene")}” in this data set; this is ${first}.`, "problem");
  const others = scenes.map(({ name }) => name).filter((name) => name !== scene);
  const tries = [[scene, null], ...others.map((name) => [name, null])], at = asked.get("at") ?? "";
  if (isKnown && asked.has("take")) tries.unshift([scene, asked.get("take"), /^\d+(\.\d+)?$/.test(at) ? Number(at) : null]);
  const problems = [];
  for (const [name, ...rest] of tries) {
    try {
      await take.open(name, ...rest);
    } catch (error) {
      problems.push(error.message);
      continue;
    }
    for (const sentence of new Set(problems)) say(sentence, "problem");
    return;
  }
  throw new Error(problems[0]);
}

// ------------------------------------------------------------------------------------------- buttons

function bindButtons(root, store, table, actions, take) {
  const { state } = store;
  const byName = new Map(table.map((action) => [action.name, action]));
  for (const button of root.querySelectorAll("[data-action], [data-tool], [data-layer], [data-toggle]")) {
    const name = button.dataset.action ?? button.dataset.tool ?? button.dataset.layer ?? button.dataset.toggle;
    const { label, keys } = byName.get(name);
    button.title = keys.length > 0 ? `${label} (${keyWords(keys[0])})` : label;
    button.addEventListener("click", () => actions.perform(name));
  }
  const scopes = [...root.querySelectorAll("[data-scope]")];
  for (const button of scopes) button.addEventListener("click", () => store.set({ scope: button.dataset.scope }));
  store.watch(["tool", "layers", "wipe", "space", "scope", "selected", "playing", "frame", "scene", "take"], () => state.scene && drawButtons(root, state, scopes));
  bindWipe(root, store, take);
  bindAdding(root, store);
}

function drawButtons(root, state, scopes) {
  const pressed = (selector, name, is) => {
    for (const button of root.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(is(button.dataset[name])));
  };
  pressed("[data-tool]", "tool", (name) => name === state.tool || (name === "select" && state.tool === "rotate"));
  pressed("[data-layer]", "layer", (name) => state.layers[name]);
  pressed("[data-toggle]", "toggle", (name) => (name === "wipe" ? state.wipe.on : state.space));
  for (const name of ["waypoint", "goal"]) {
    root.querySelector(`[data-tool="${name}"]`).disabled = !state.selected || state.selected === "ego";
  }
  for (const button of scopes) button.setAttribute("aria-checked", String(button.dataset.scope === state.scope));
  const streets = root.querySelector('[data-layer="map"]');
  streets.disabled = !state.scene.map.known && !state.scene.map.failed;
  streets.textContent = streetsWord(state.scene.map);
  root.querySelector("#add-form").hidden = state.tool !== "add";
  const play = root.querySelector(".play");
  play.textContent = state.playing ? "❚❚" : "▶";
  play.setAttribute("aria-label", state.playing ? "Pause" : "Play");
  const { frames } = state.scene;
  root.querySelector("#clock").textContent = `${seconds(state.scene, frames[state.frame].t_us)}  ·  ${state.frame + 1}/${frames.length}`;
}

/** Streets that have not come yet are not streets that there are not. */
function streetsWord({ asked, failed, known, notice }) {
  if (failed) return "Try map again";
  if (known || asked === null) return "Streets";
  return notice ? "Map is broken" : "No street map";
}

function bindWipe(root, store, take) {
  const { state } = store;
  const slider = root.querySelector("#wipe"), picker = root.querySelector("#compare");
  slider.addEventListener("input", () => store.set({ wipe: { ...state.wipe, at: slider.value / 100 } }));
  picker.addEventListener("change", () => take.compare(picker.value || null));
  store.watch(["wipe"], () => {
    slider.hidden = !state.wipe.on;
    slider.value = Math.round(state.wipe.at * 100);
  });
  store.watch(["takes", "take", "compared"], () => {
    if (!state.take) return;
    const others = inOrder(state.takes).filter(({ id }, i) => id !== state.take.id && (i < MOST_COMPARED || id === state.compared?.id));
    picker.replaceChildren(option("", "the recording", !state.compared), ...others.map(({ id, name }) => option(id, name, id === state.compared?.id)));
  });
}
