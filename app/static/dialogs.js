/** The ? overlay, and the export: what to take along, how far it is, and where it ended up. */

import { make, seconds } from "./dom.js";
import { exportList, howFar, nameOf, shareDone, WAITS } from "./export_list.js";
import { keyWords } from "./keys.js";
import { get, post, Refused, route, sleep, whyNot } from "./server.js";
import { viewWord } from "./views.js";

const ASK_MS = 400;

export function createHelp(dialog, table) {
  const groups = [...new Set(table.map((action) => action.group))];
  const entry = (action) => make("li", {}, make("span", { text: action.label }), make("span", { class: "keys" }, ...action.keys.map((key) => make("kbd", { text: keyWords(key) }))));
  const column = (group) => make("section", {}, make("h3", { text: group }), make("ul", {}, ...table.filter((action) => action.group === group && action.keys.length > 0).map(entry)));
  const pointer = make("section", {}, make("h3", { text: "Pointer" }), make("p", {
    text: "Drag an actor on the map or in a picture; the round handle turns it, with Shift by 15°. Click the ego car, then drag the handles on its path. Drag the ground or use the wheel to look around. Click the empty part of a picture for full size; there the wheel goes nearer, and dragging an empty part looks around.",
  }));
  const close = make("button", { type: "button", class: "button", text: "Close", onclick: () => dialog.close() });
  dialog.replaceChildren(make("div", { class: "dialog-head" }, make("h2", { text: "Keys" }), close), make("div", { class: "columns" }, ...groups.map(column), pointer));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return () => dialog.showModal();
}

export function createExport(dialog, store, take, generating, say) {
  const { state } = store;
  let shown = null; // the id of the export whose progress the dialog shows
  let told = null; // and of the last whose end it showed

  // ------------------------------------------------------------------------------------------- what to export

  function ticks(views) {
    return views.map((view) => make("label", { class: "tick" }, make("input", { type: "checkbox", name: "view", value: view.name, checked: true }), make("span", { text: viewWord(view.name) })));
  }

  function range(name, label, value) {
    const last = state.scene.frames.length - 1;
    const told = make("output");
    const input = make("input", { type: "range", name, min: 0, max: last, value, "aria-label": label, oninput: () => tell() });
    const tell = () => {
      told.textContent = seconds(state.scene, state.scene.frames[input.value].t_us);
    };
    tell();
    return make("label", { class: "row" }, make("span", { text: label }), input, told);
  }

  /** Another hour, other weather and what comes after the recording are nothing without it. */
  const wantsModel = () => state.take.time_of_day !== "as recorded" || state.take.weather !== "as recorded" || state.take.beyond_s > 0;

  function form() {
    const last = state.scene.frames.length - 1;
    const tick = (name, text, checked) => make("label", { class: "tick" }, make("input", { type: "checkbox", name, checked }), make("span", { text }));
    const go = make("button", { type: "submit", class: "button primary", text: "Export" });
    const close = make("button", { type: "button", class: "button", text: "Close", onclick: () => dialog.close() });
    const body = make("form", { class: "export-form" },
      range("from_frame", "From", 0), range("to_frame", "To", last),
      make("fieldset", {}, make("legend", { text: "Views" }), ...ticks(state.scene.views)),
      make("fieldset", {}, make("legend", { text: "Pictures" }), tick("png", "Changed pictures as PNG instead of JPEG 95", false), tick("masks", "Instance masks", true), state.model ? tick("generated", "The world model draws what is changed", wantsModel()) : null),
      make("p", { class: "note", text: "A folder with nuScenes tables, films, masks, the take and a report. Every changed picture is marked as such; untouched ones are copies of the recording." }),
      state.model ? make("p", { class: "note", text: "The world model draws 448 × 256, enlarged to the recorded size with the draft's detail; what it has refined already is taken as it is, the rest takes seconds a frame. Without it, changed pictures are drafts, in the recorded light." }) : null,
      make("div", { class: "buttons" }, go, close), exportList(follow, say));
    body.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true; // until it is answered: a second click would begin a second export
      await begin(new FormData(body));
      go.disabled = false;
    });
    return body;
  }

  async function begin(data) {
    const [from, to] = [Number(data.get("from_frame")), Number(data.get("to_frame"))].sort((a, b) => a - b);
    const order = { scene: state.scene.name, take: state.take.id, views: data.getAll("view"), from_frame: from, to_frame: to, png: data.has("png"), masks: data.has("masks"), model: data.has("generated") ? state.manner : null };
    if (order.views.length === 0) return say("Choose at least one view to export.", "problem");
    try {
      const begun = await post("exports", order);
      store.touch("exports");
      return await follow(begun, aside(order));
    } catch (error) {
      return failed(whyNot(error, "It was not begun"));
    }
  }

  // ------------------------------------------------------------------------------------------- following it

  function progress({ id, folder }) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": "Export" }), words = make("p", { role: "status" });
    const cancel = make("button", { type: "button", class: "button", text: "Cancel", onclick: stop });
    const others = make("button", { type: "button", class: "button", text: "All exports", onclick: () => list() });
    const hide = make("button", { type: "button", class: "button", text: "Hide", onclick: () => dialog.close() });

    /** It ends with the piece that it is at; until then that is what is shown. */
    async function stop() {
      cancel.disabled = true;
      words.textContent = "Cancelling…";
      try {
        await post(`exports/${id}/cancel`, {});
      } catch (error) {
        cancel.disabled = false;
        say(whyNot(error, "The export goes on"), "problem");
      }
    }

    show("Exporting", make("p", { class: "note", text: nameOf(folder) }), bar, words, make("div", { class: "buttons" }, cancel, others, hide));
    return (now) => {
      if (cancel.disabled) return;
      bar.value = shareDone(now);
      words.textContent = howFar(now);
    };
  }

  /** What the page draws by itself is put aside while an export draws the same pictures and is waited for: {stop, goOn}. */
  function aside(order) {
    let before = null, left = null;
    return {
      stop() {
        if (before !== null) return;
        take.stopDrawing();
        before = { halted: state.halted, queue: state.queue };
        if (order.model) generating.halt();
        left = { halted: state.halted, queue: state.queue };
      },
      goOn() {
        if (before === null) return;
        take.draw();
        const isLeft = state.halted === left.halted && state.queue === left.queue; // else somebody has wished for something since
        if (order.model && state.take.id === order.take && isLeft) store.set(before);
      },
    };
  }

  const NOTHING_ASIDE = { stop() {}, goOn() {} };

  /** Show how far an export is, and at last what became of it, unless something else is shown by then. */
  async function follow(begun, own = NOTHING_ASIDE) {
    shown = begun.id;
    const tell = progress(begun);
    let now = begun, problem = null;
    try {
      now = await ended(begun, (each) => {
        if (!WAITS.includes(each.stage)) own.stop();
        if (shown === begun.id) tell(each);
      });
    } catch (error) {
      problem = whyNot(error, "It is not known how it ended");
    } finally {
      own.goOn();
    }
    const isShown = shown === begun.id;
    if (isShown) shown = null;
    tellEnd(problem === null ? now : { ...now, problem }, isShown);
  }

  /** The export, once it is over. */
  async function ended(begun, tell) {
    let now = begun;
    while (!now.is_over) {
      tell(now);
      await sleep(ASK_MS);
      now = await asked(begun.id, now);
    }
    return now;
  }

  function tellEnd(now, isShown) {
    if (now.is_finished) finished(now, isShown);
    else if (now.problem) failed(now.problem, isShown);
    else if (isShown) show("Export cancelled", make("p", { text: "Nothing was left behind." }), closing());
  }

  /** How far it is; what was known where nobody answers, since the export goes on. */
  async function asked(id, known) {
    try {
      return await get(`exports/${id}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
      return known;
    }
  }

  const closing = () => make("div", { class: "buttons" }, make("button", { type: "button", class: "button", text: "Close", onclick: () => dialog.close() }));

  function finished(export_, isShown) {
    if (!isShown) return; // whoever watches exports says it
    if (dialog.open) told = export_.id;
    const link = make("a", { href: route(export_.zip), class: "button primary", download: true, text: "Download as zip" });
    const buttons = closing();
    buttons.prepend(link);
    show("Export finished", make("p", { text: "The folder on the server:" }), make("code", { class: "path", text: export_.folder }), buttons);
  }

  function failed(sentence, isShown = true) {
    if (!isShown || !dialog.open) say(sentence, "problem");
    if (isShown) show("Export failed", make("p", { class: "problem", text: sentence }), closing());
  }

  function show(title, ...parts) {
    dialog.replaceChildren(make("div", { class: "dialog-head" }, make("h2", { text: title })), ...parts);
  }

  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => store.touch("exports"));

  function open() {
    if (!dialog.open) dialog.showModal();
  }

  /** How far the export is that is followed; otherwise what of the open take is to be exported. */
  function ask() {
    if (shown === null) show(`Export ${state.take.name}`, form());
    open();
  }

  /** All exports. */
  function list() {
    shown = null;
    show("Exports", exportList(follow, say), closing());
    open();
  }

  const isTold = (id) => id === told || (dialog.open && id === shown);

  return { ask, list, isTold };
}
