/** Fields: what is typed is taken before anything else is done; what is no number is refused in one sentence that says what was got
and what is wanted. */

const PRESSED_OR_SLID = ["button", "checkbox", "color", "radio", "range", "reset", "submit"]; // inputs that nobody types into

/** Whether a person types here, so that keys are letters. */
export const isTypedInto = (element) => element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && !PRESSED_OR_SLID.includes(element.type));

/** Whoever presses elsewhere has ended typing: what was typed is taken before that press selects, drags or seeks anything. */
export function endTypingFirst(root) {
  root.addEventListener("pointerdown", ({ target }) => {
    const field = root.ownerDocument.activeElement;
    if (field !== target && root.contains(field) && isTypedInto(field)) field.blur();
  }, true);
}

/** Why a field's content cannot be taken; null where it can. */
function refusal(input, { name, unit = "", least = -Infinity, most = Infinity, isWhole = false }) {
  const value = Number(input.value), isNumber = input.value !== "" && Number.isFinite(value);
  if (isNumber && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return null;
  const after = unit && ` ${unit}`, kind = isWhole ? "a whole number" : "a number";
  const got = isNumber ? `${input.value}${after}` : "no number"; // a number field does not tell what else was typed
  const wanted = Number.isFinite(least) ? `${isWhole ? `${kind} from ` : ""}${least} to ${most}${after}` : kind;
  return `${name}: got ${got}; wanted ${wanted}. It stays as it was.`;
}

/** Hand on what is typed into a number field and is as `wanted`: {name, unit, least, most, isWhole}. Escape leaves it as it was. */
export function listenToNumber(input, wanted, take, refuse) {
  let before = input.value;
  input.addEventListener("beforeinput", (event) => {
    if (!event.data?.includes(",")) return; // a number field drops it, and 1,5 would be 15
    event.preventDefault();
    input.ownerDocument.execCommand("insertText", false, event.data.replace(",", "."));
  });
  input.addEventListener("focus", () => { before = input.value; });
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") input.value = before;
    if (key === "Enter" || key === "Escape") input.blur();
  });
  input.addEventListener("change", () => {
    const sentence = refusal(input, wanted);
    if (sentence === null) return take(Number(input.value));
    input.blur(); // a field that somebody is in does not show its value again
    return refuse(sentence);
  });
}
