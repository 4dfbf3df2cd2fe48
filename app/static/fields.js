/** Number fields: what is typed is taken, or refused in one sentence that says what was got and what is wanted. */

/** Why a field's content cannot be taken; null where it can. */
function refusal(input, { name, unit = "", least = -Infinity, most = Infinity, isWhole = false }) {
  const value = Number(input.value), isNumber = input.value !== "" && Number.isFinite(value);
  if (isNumber && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return null;
  const after = unit && ` ${unit}`, kind = isWhole ? "a whole number" : "a number";
  const got = isNumber ? `${input.value}${after}` : "no number"; // a number field does not tell what else was typed
  const wanted = Number.isFinite(least) ? `${isWhole ? `${kind} from ` : ""}${least} to ${most}${after}` : kind;
  return `${name}: got ${got}; wanted ${wanted}. It stays as it was.`;
}

/** Hand on what is typed into a number field and is as `wanted`: {name, unit, least, most, isWhole}. */
export function listenToNumber(input, wanted, take, refuse) {
  input.addEventListener("keydown", (event) => event.key === "Enter" && input.blur());
  input.addEventListener("change", () => {
    const sentence = refusal(input, wanted);
    if (sentence === null) return take(Number(input.value));
    input.blur(); // a field that somebody is in does not show its value again
    return refuse(sentence);
  });
}
