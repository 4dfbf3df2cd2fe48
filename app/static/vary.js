/** Variations of the open take: what is to vary, how many takes that makes, and how far they are made. */

import { make, option } from "./dom.js";
import { actorName, actorNow } from "./scenario.js";
import { post, Refused, stream } from "./server.js";

const REST_MS = 200; // after the last change, before it is asked how many they are
const OFFLINE = "no connection to the server.";

/** `made` is called with the ids of what was made, and a sentence about them. */
export function createVary(dialog, store, take, made, say) {
  const { state } = store;
  let making = null; // the AbortController of what is being made

  const words = (error) => (error instanceof Refused ? error.message : `It was not heard: ${OFFLINE}`);
  const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

  // ------------------------------------------------------------------------------------------- what is to vary

  const tick = (name, value, text, checked, swatch = null) => make("label", { class: "tick" },
    make("input", { type: "checkbox", name, value, checked }), swatch && make("i", { class: "paint", style: `background:${swatch}` }), make("span", { text }));
  const group = (legend, ...ticks) => make("fieldset", { class: "ticks" }, make("legend", { text: legend }), ...ticks);
  const typed = (name, label, placeholder) => make("label", { class: "row" }, make("span", { text: label }), make("input", { name, placeholder, autocomplete: "off", spellcheck: "false" }));

  function ofActor(actor) {
    const others = state.categories.filter(({ name }) => name !== actor.category);
    return make("fieldset", { class: "of-actor" }, make("legend", { text: actorName(state, actor) }),
      typed("left", "To its left, m", "-1:1:0.5 – below 0 is right"), typed("ahead", "Ahead, m", "0, 5, 10"),
      group("Paint", tick("colours", "", "as it is", true), ...state.paints.map(({ name, colour }) => tick("colours", colour, name, false, colour))),
      make("label", { class: "row" }, make("span", { text: "Also as" }), make("select", { name: "category" }, option("", "nothing else", true), ...others.map(({ name, label }) => option(name, label)))),
      tick("without", "yes", "Also without it", false));
  }

  function form() {
    const actor = actorNow(state, state.selected), { weather, time_of_day: hour, name } = state.take;
    const told = make("p", { class: "note", role: "status" });
    const go = make("button", { type: "submit", class: "button primary", text: "Make them", disabled: true });
    const body = make("form", { class: "vary-form" },
      make("p", { class: "note", text: "Every combination of what is ticked and typed becomes a take of its own that goes on from this one. Lists are typed as 0, 1, 2 or from:to:step." }),
      group("Weather", ...state.scene.weathers.map((each) => tick("weathers", each, capital(each), each === weather))),
      group("Time of day", ...state.scene.times_of_day.map((each) => tick("times_of_day", each, capital(each), each === hour))),
      typed("ego_left", "Ego left, m", "-1:1:0.5 – below 0 is right"), typed("ego_ahead", "Ego ahead, m", "-5, 0, 5 – below 0 is behind"),
      typed("seeds", "Seeds", `0:4:1 – this take's is ${state.take.seed}`),
      actor ? ofActor(actor) : make("p", { class: "note", text: "Select an actor first to vary where it is, its paint, what it is, or whether it is there." }),
      tick("sound", "yes", "Only those in which a check finds nothing", false), told,
      make("div", { class: "buttons" }, go, closing("Close")));
    body.addEventListener("input", counting(body, actor, told, go));
    body.addEventListener("submit", (event) => {
      event.preventDefault();
      makeThem(ordered(body, actor), name);
    });
    return body;
  }

  /** What is posted of a form. */
  function ordered(body, actor) {
    const data = new FormData(body), all = (name) => data.getAll(name);
    const of_actor = actor && {
      actor: actor.id, left: data.get("left"), ahead: data.get("ahead"), colours: all("colours").map((value) => value || null),
      category: data.get("category") || null, without: data.has("without"),
    };
    return { ...asked(), weathers: all("weathers"), times_of_day: all("times_of_day"), seeds: data.get("seeds"), ego_left: data.get("ego_left"), ego_ahead: data.get("ego_ahead"), of_actor, sound: data.has("sound") };
  }

  const asked = () => ({ scene: state.scene.name, take: state.take.id, base: state.take.state });

  /** Tells, a moment after the last change, how many takes a form makes, or why none. */
  function counting(body, actor, told, go) {
    let resting = 0, turn = 0;

    async function count() {
      const mine = (turn += 1);
      let sentence = "", number = 0;
      try {
        ({ count: number } = await post("variations/count", ordered(body, actor)));
        sentence = number === 1 ? "1 take" : `${number} takes`;
      } catch (error) {
        if (error.status === 409) return overtaken(error);
        sentence = words(error);
      }
      if (mine !== turn) return null;
      told.textContent = number === 0 && sentence === "0 takes" ? "Nothing is varied yet." : sentence;
      go.disabled = number === 0;
      go.textContent = number === 0 ? "Make them" : `Make ${sentence}`;
      return null;
    }

    return () => {
      clearTimeout(resting);
      go.disabled = true;
      resting = setTimeout(count, REST_MS);
    };
  }

  /** Another window has changed the take. */
  function overtaken(error) {
    dialog.close();
    return take.overtakenBy(error.message);
  }

  // ------------------------------------------------------------------------------------------- making them

  const closing = (text) => make("button", { type: "button", class: "button", text, onclick: () => dialog.close() });

  async function makeThem(order, name) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": "Variations" }), told = make("p", { role: "status", text: "Beginning" });
    making = new AbortController();
    show(`Variations of ${name}`, bar, told, make("div", { class: "buttons" }, make("button", { type: "button", class: "button", text: "Cancel", onclick: () => making.abort() })));
    let last = null, problem = "";
    try {
      for await (const message of stream("variations", order, making.signal)) {
        if (message.kind === "problem") problem = message.sentence;
        else last = message;
        if (message.kind !== "step") continue;
        bar.value = message.done / message.total;
        told.textContent = `${message.done} of ${message.total}`;
      }
    } catch (error) {
      problem = making.signal.aborted ? "Cancelled; what was made by then stays." : words(error);
    }
    making = null;
    dialog.close();
    if (problem) say(problem, "problem");
    await take.listTakes();
    if (last?.kind === "end") made(last.made, sentenceOf(last, name));
  }

  /** `12 variations of Take 1, 3 left out for what a check finds in them`. */
  function sentenceOf({ made: ids, left_out: leftOut }, name) {
    const count = ids.length === 1 ? "1 variation" : `${ids.length} variations`;
    return `${count} of ${name}${leftOut > 0 ? `; ${leftOut} left out, for what a check finds in them` : ""}`;
  }

  function show(title, ...parts) {
    dialog.replaceChildren(make("div", { class: "dialog-head" }, make("h2", { text: title })), ...parts);
  }

  dialog.addEventListener("click", (event) => event.target === dialog && making === null && dialog.close());
  dialog.addEventListener("cancel", () => making?.abort());
  return async () => {
    if (making === null) {
      await take.settled();
      show(`Variations of ${state.take.name}`, form());
    }
    if (!dialog.open) dialog.showModal();
  };
}
