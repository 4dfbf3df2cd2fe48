/** Text that a person types about a take: it is kept as it is typed, not only when its field is left. */

import { postOnLeaving } from "./server.js";

const REST_MS = 500; // without a key, after which what was typed is sent

/** `textOf(take)` is what the field shows of a take; `fieldsOf(text)` is what is posted of a text, null where it cannot be meant.
 * What the server refuses stays in its field, marked, until it is mended. */
export function createTyped(field, store, take, textOf, fieldsOf) {
  const { state } = store;
  const unkept = new Map(); // id of a take → the text that is not known to be kept
  let resting = 0, underWay = 0, shown = null;

  function mark(isRefused) {
    field.setAttribute("aria-invalid", String(isRefused));
    field.title = isRefused ? "This is not saved" : "";
  }

  function show() {
    shown = state.take.id;
    field.value = unkept.get(shown) ?? textOf(state.take);
    mark(unkept.has(shown) && underWay === 0);
  }

  async function send(id, text) {
    underWay += 1;
    const isKept = await take.describe(fieldsOf(text)).catch(() => false);
    underWay -= 1;
    if (unkept.get(id) !== text) return; // more has been typed, which is on its way
    if (isKept) unkept.delete(id);
    if (state.take.id === id) mark(!isKept);
  }

  /** Send what was typed; when the field is left, what cannot be meant gives way to what is kept. */
  function keep(isLeft) {
    clearTimeout(resting);
    const { id } = state.take, text = unkept.get(id);
    if (text === undefined) return;
    const isMeant = fieldsOf(text) !== null, isNew = underWay > 0 || text !== textOf(state.take);
    if (isMeant && isNew) send(id, text);
    else if (isMeant || isLeft) {
      unkept.delete(id);
      if (isLeft) show();
      else mark(false);
    }
  }

  field.addEventListener("input", () => {
    unkept.set(state.take.id, field.value);
    clearTimeout(resting);
    resting = setTimeout(() => keep(false), REST_MS);
  });
  field.addEventListener("change", () => keep(true));
  addEventListener("pagehide", () => {
    const fields = state.take && unkept.has(state.take.id) ? fieldsOf(unkept.get(state.take.id)) : null;
    if (fields !== null) postOnLeaving("describe", { scene: state.scene.name, take: state.take.id, ...fields });
  });
  store.watch(["take"], () => {
    if (state.take && (field.ownerDocument.activeElement !== field || state.take.id !== shown)) show();
  });
}
