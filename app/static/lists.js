/** The findings and the history of edits, as lists whose entries go to what they are about. */

import { make, replaceEntries, seconds } from "./dom.js";

const TABS = ["findings", "edits", "about"];

export function createLists(root, store, take, actions) {
  const { state } = store;
  const findings = root.querySelector("#findings"), edits = root.querySelector("#edits");

  // ------------------------------------------------------------------------------------------- findings

  const severity = (value) => (value >= 0.66 ? "severe" : value >= 0.33 ? "notable" : "slight");

  function findingEntry(finding) {
    const when = seconds(state.scene, Math.max(finding.span[0], state.scene.span[0]));
    const mark = make("span", { class: "mark", "data-severity": severity(finding.severity), "aria-label": severity(finding.severity), text: "▲" });
    const entry = JSON.stringify([finding.kind, finding.actors, finding.span]);
    const button = make("button", { type: "button", class: "entry", "data-entry": entry, onclick: () => actions.jumpTo(finding) }, mark,
      make("span", { class: "sentence", text: finding.sentence }), make("span", { class: "when", text: when }));
    button.classList.toggle("mine", finding.actors.includes(state.selected));
    return make("li", {}, button);
  }

  function drawFindings() {
    const sorted = [...state.take.findings].sort((a, b) => b.severity - a.severity);
    const entries = sorted.map(findingEntry);
    const { asked, known } = state.scene.map;
    const unknown = asked === null ? "who leaves the road is known once the street map has come." : "and without a street map nobody can tell who leaves the road.";
    const road = known ? "nobody leaves the road." : unknown;
    replaceEntries(findings, ...(entries.length ? entries : [make("li", { class: "empty", text: `No findings: nothing overlaps, ${road}` })]));
  }

  // ------------------------------------------------------------------------------------------- edits

  /** Steps already done, then those that redo would bring back, greyed. */
  function editEntry(edit, index, done) {
    const button = make("button", {
      type: "button", class: "entry", "data-entry": index + 1, "aria-current": index === done - 1 ? "step" : null,
      onclick: () => take.goTo(index + 1), title: "Go to the take as it was after this edit",
    }, make("span", { class: "when", text: index + 1 }), make("span", { class: "sentence", text: edit.sentence }));
    button.classList.toggle("undone", index >= done);
    return make("li", {}, button);
  }

  function drawEdits() {
    const { gestures, undone } = state.take;
    const start = make("li", {}, make("button", {
      type: "button", class: "entry", "data-entry": 0, "aria-current": gestures.length === 0 ? "step" : null, onclick: () => take.goTo(0),
    }, make("span", { class: "when", text: "0" }), make("span", { class: "sentence", text: "As recorded" })));
    const entries = [...gestures, ...undone].map((edit, i) => editEntry(edit, i, gestures.length));
    replaceEntries(edits, start, ...entries);
    edits.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  function drawTabs() {
    for (const name of TABS) {
      const tab = root.querySelector(`#tab-${name}`), shown = state.listed === name;
      tab.setAttribute("aria-selected", String(shown));
      tab.tabIndex = shown ? 0 : -1;
      root.querySelector(`#${name}`).hidden = !shown;
    }
  }

  for (const name of TABS) {
    root.querySelector(`#tab-${name}`).addEventListener("click", () => store.set({ listed: name }));
    root.querySelector(`#tab-${name}`).addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      event.stopPropagation();
      const step = event.key === "ArrowRight" ? 1 : TABS.length - 1;
      store.set({ listed: TABS[(TABS.indexOf(name) + step) % TABS.length] });
      root.querySelector(`#tab-${state.listed}`).focus();
    });
  }

  function draw() {
    if (!state.take) return;
    root.querySelector("#findings-count").textContent = state.take.findings.length || "";
    root.querySelector("#edits-count").textContent = state.take.gestures.length || "";
    if (state.listed === "findings") drawFindings();
    if (state.listed === "edits") drawEdits();
  }

  store.watch(["take", "scene", "selected", "listed"], draw);
  store.watch(["listed", "scene"], drawTabs);
}
