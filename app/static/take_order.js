/** In what order takes are shown, wherever they are: those that people made, the newest first, then variations, together by what they vary. */

const VARIATION = "variation"; // the tag of what was made by varying

const isVariation = ({ tags }) => tags.includes(VARIATION);

/** [{of: the name of the take that they vary, takes}]; of is null where they vary none that is there, undefined for takes of people. */
export function takeGroups(takes) {
  const groups = new Map([[undefined, takes.filter((entry) => !isVariation(entry))]]);
  for (const entry of takes.filter(isVariation)) groups.set(entry.parent_name, [...(groups.get(entry.parent_name) ?? []), entry]);
  return [...groups].map(([of, found]) => ({ of, takes: found }));
}

export const inOrder = (takes) => takeGroups(takes).flatMap((group) => group.takes);
