/** Variations of the open take: what is to vary, how many takes that makes, and how far they are made. */

import { make, option, seconds } from "./dom.js";
import { actorName, actorNow, timeNow } from "./scenario.js";
import { post, Refused, sleep, whyNot } from "./server.js";

const AGAIN_MS = 700; // after which what was not heard is asked for again
const REST_MS = 200; // after the last change, before it is asked how many they are

/** `made` is called with the ids of the takes that there are then, and a sentence about them. */
export function createVary(dialog, store, take, made) {
  const { state } = store;
  let turn = 0; // rises with every change of the form, and when it goes: an answer of an older turn is nobody's
  let making = null; // what is being made, { isCancelled }

  const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

  // ------------------------------------------------------------------------------------------- what is to vary

  const tick = (name, value, text, checked, swatch = null) => make("label", { class: "tick" },
    make("input", { type: "checkbox", name, value, checked }), swatch && make("i", { class: "paint", style: `background:${swatch}` }), make("span", { text }));
  const group = (legend, ...ticks) => make("fieldset", { class: "ticks" }, make("legend", { text: legend }), ...ticks);
  const typed = (name, label, placeholder) => make("label", { class: "row" }, make("span", { text: label }), make("input", { name, placeholder, maxlength: 1000, autocomplete: "off", spellcheck: "false" }));

  function ofActor(actor) {
    const others = state.categories.filter(({ name }) => name !== actor.category);
    return make("fieldset", { class: "of-actor" }, make("legend", { text: actorName(state, actor) }),
      make("div", { class: "typed" }, typed("speeds", `Speed from ${seconds(state.scene, timeNow(state))} on, km/h`, "20:60:10 – on the same way")),
      make("div", { class: "typed" }, typed("left", "To its left, m", "-1:1:0.5 – below 0 is right"), typed("ahead", "Ahead, m", "0, 5, 10 – below 0 is back")),
      group("Paint", tick("colours", "", "as it is", true), ...state.paints.map(({ name, colour }) => tick("colours", colour, name, false, colour))),
      make("div", { class: "typed" }, make("label", { class: "row" }, make("span", { text: "Also as" }), make("select", { name: "category" }, option("", "nothing else", true), ...others.map(({ name, label }) => option(name, label)))),
        tick("without", "yes", "Also without it", false)));
  }

  function form() {
    const actor = actorNow(state, state.selected), { weather, time_of_day: hour, seed } = state.take;
    const told = make("p", { class: "told", role: "status", text: "Nothing is varied yet." });
    const go = make("button", { type: "submit", class: "button primary", text: "Make them", disabled: true });
    const body = make("form", { class: "vary-form" },
      make("p", { class: "note", text: "Every combination of what is ticked and typed becomes a take of its own that goes on from this one. Lists are typed as 0, 1, 2 or from:to:step." }),
      group("Weather", ...state.scene.weathers.map((each) => tick("weathers", each, capital(each), each === weather))),
      group("Time of day", ...state.scene.times_of_day.map((each) => tick("times_of_day", each, capital(each), each === hour))),
      make("div", { class: "typed" }, typed("ego_left", "Ego left, m", "-1:1:0.5 – below 0 is right"), typed("ego_ahead", "Ego ahead, m", "-5, 0, 5 – below 0 is behind"), typed("seeds", "Seeds", `0:4:1 – this take's is ${seed}`)),
      actor ? ofActor(actor) : make("p", { class: "note", text: "Select an actor first to vary where it is, how fast, its paint, what it is, or whether it is there." }),
      tick("sound", "yes", "Only those in which a check finds nothing", false),
      make("div", { class: "foot" }, told, make("div", { class: "buttons" }, go, closing("Close"))));
    body.addEventListener("input", counting(body, actor, told, go));
    body.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!go.disabled) makeThem(ordered(body, actor), state.take.name);
    });
    return body;
  }

  /** What is posted of a form. */
  function ordered(body, actor) {
    const data = new FormData(body), all = (name) => data.getAll(name), text = (name) => data.get(name);
    const ofIt = actor && {
      actor: actor.id, speeds: text("speeds"), from_us: timeNow(state), left: text("left"), ahead: text("ahead"), colours: all("colours").map((value) => value || null),
      category: text("category") || null, without: data.has("without"),
    };
    return {
      scene: state.scene.name, take: state.take.id, base: state.take.state, weathers: all("weathers"), times_of_day: all("times_of_day"),
      seeds: text("seeds"), ego_left: text("ego_left"), ego_ahead: text("ego_ahead"), of_actor: ofIt, sound: data.has("sound"),
    };
  }

  /** Tells, a moment after the last change, how many takes a form makes, or why none. */
  function counting(body, actor, told, go) {
    let resting = 0;

    async function count(mine) {
      const answer = await post("variations/count", ordered(body, actor)).catch((error) => ({ error }));
      if (mine !== turn) return;
      if (answer.error?.status === 409) overtaken(answer.error);
      else tell(answer);
    }

    function tell({ count: number = 0, error = null }) {
      const takes = number === 1 ? "1 take" : `${number} takes`;
      told.textContent = error ? whyNot(error, "It is not known how many they are") : number === 0 ? "Nothing is varied yet." : takes;
      told.classList.toggle("problem", error !== null);
      go.disabled = number === 0;
      go.textContent = number === 0 ? "Make them" : `Make ${takes}`;
    }

    return () => {
      const mine = (turn += 1);
      clearTimeout(resting);
      go.disabled = true;
      resting = setTimeout(() => mine === turn && count(mine), REST_MS);
    };
  }

  /** Another window has changed the take. */
  function overtaken(error) {
    dialog.close();
    take.overtakenBy(error.message);
  }

  // ------------------------------------------------------------------------------------------- making them

  const closing = (text) => make("button", { type: "button", class: "button", text, onclick: () => dialog.close() });

  /** Some at every request, so that what is cancelled has ended when it says so. */
  async function makeThem(order, name) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": "Variations" }), told = make("p", { role: "status", text: "Beginning" });
    const cancel = make("button", { type: "button", class: "button", text: "Cancel", onclick: () => {
      mine.isCancelled = cancel.disabled = true;
      told.textContent = "Cancelling …";
    } });
    const mine = { isCancelled: false };
    making = mine;
    show(`Variations of ${name}`, bar, told, make("div", { class: "buttons" }, cancel));
    const found = { made: [], known: [], leftOut: 0, done: 0, total: null, created: null, problem: "" }, before = new Set(state.takes.map(({ id }) => id));
    const howFar = () => (found.total === null ? "none" : `${found.done} of ${found.total}`);
    while ((found.total === null || found.done < found.total) && !found.problem && !mine.isCancelled) {
      const answer = await post("variations", { ...order, first: found.done, created: found.created }).catch((error) => ({ error }));
      const { error } = answer;
      if (error?.status === 409) mine.overtaken = error;
      if (!error) hear(found, before, answer);
      else if (error instanceof Refused && !error.isUnheard) found.problem = error.status === 409 ? `Stopped after ${howFar()}.` : error.message;
      else if (!mine.isCancelled) await again(told); // it may have been made all the same: asked for again, it is the same
      if (found.total !== null) bar.value = found.done / found.total;
      if (!error && !mine.isCancelled) told.textContent = howFar();
    }
    making = making === mine ? null : making;
    const isOpen = state.take.id === order.take;
    if (mine.overtaken && found.done === 0 && !mine.isGone && isOpen) return overtaken(mine.overtaken);
    if (mine.isCancelled && found.done !== found.total) found.problem ||= `Cancelled after ${howFar()}.`;
    await take.listTakes();
    if (mine.overtaken && isOpen) take.overtakenBy(mine.overtaken.message);
    return tellEnd(found, name, mine.isGone);
  }

  async function again(told) {
    told.textContent = "No connection: trying again";
    await sleep(AGAIN_MS);
  }

  function hear(found, before, { steps, total, created, problem }) {
    Object.assign(found, { done: found.done + steps.length, total, created, problem: problem ?? "" });
    found.leftOut += steps.filter((step) => step.take === null).length;
    for (const { take: id } of steps.filter((step) => step.take !== null)) (before.has(id) ? found.known : found.made).push(id);
  }

  /** In the list of takes; where nothing was made, here. */
  function tellEnd({ made: ids, known, leftOut, problem }, name, isGone) {
    const parts = [
      problem,
      ids.length > 0 || !problem ? `${ids.length === 1 ? "1 variation" : `${ids.length} variations`} of ${name} made.` : "",
      known.length > 0 ? `${known.length} were there already.` : "",
      leftOut > 0 ? `${leftOut} left out, for what a check finds in them.` : "",
    ];
    const sentence = parts.filter(Boolean).join(" "), there = [...ids, ...known];
    if (isGone && dialog.open) return null; // another form is shown by now
    if (there.length === 0) return show(`Variations of ${name}`, make("p", { class: "problem", role: "alert", text: sentence }), make("div", { class: "buttons" }, closing("Close")));
    dialog.close();
    return made(there, sentence);
  }

  // ------------------------------------------------------------------------------------------- all of it

  function show(title, ...parts) {
    dialog.replaceChildren(make("div", { class: "dialog-head" }, make("h2", { text: title, tabindex: -1, autofocus: true })), ...parts);
  }

  dialog.addEventListener("click", (event) => event.target === dialog && making === null && dialog.close());
  dialog.addEventListener("close", () => {
    turn += 1;
    if (making) making.isCancelled = making.isGone = true;
  });

  return async () => {
    if (dialog.open) return;
    show(`Variations of ${state.take.name}`, make("p", { class: "note", role: "status", text: "Waiting until the last edit is saved …" }), closing("Close"));
    dialog.showModal();
    const mine = turn;
    await take.settled();
    if (mine === turn && dialog.open) show(`Variations of ${state.take.name}`, form());
  };
}
