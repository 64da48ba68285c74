// A file's documents as texts, lists and sections, and places in them by their paths.

export type Plain = string | Plain[] | { [key: string]: Plain };
export type Section = { [key: string]: Plain };
type Step = string | number;

/** A path as the loader writes it: `spec.milestones[0].amount`. */
export function steps(path: string): Step[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(
    (each) => (each[2] === undefined ? each[1]! : Number(each[2])),
  );
}

/** What stands at a path; undefined if nothing does. */
export function valueAt(root: Plain | undefined, path: string): Plain | undefined {
  let found = root;
  for (const step of steps(path)) {
    if (typeof found !== "object") return undefined;
    found = (found as Record<Step, Plain>)[step];
  }
  return found;
}

/** Writes it, with the sections above it; undefined takes it away. */
export function setAt(root: Section, path: string, value: Plain | undefined): void {
  const all = steps(path);
  let at = root as Record<Step, Plain>;
  for (const [index, step] of all.slice(0, -1).entries()) {
    if (typeof at[step] !== "object") {
      if (value === undefined) return;
      at[step] = typeof all[index + 1] === "number" ? [] : {};
    }
    at = at[step] as Record<Step, Plain>;
  }
  const last = all[all.length - 1]!;
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
}

/** The path without its last step; "" for one of one step. */
export function above(path: string): string {
  return path.replace(/(\.?[^.[\]]+|\[\d+\])$/, "");
}

/** The entries of a list; none of anything else. */
export function list(value: Plain | undefined): Plain[] {
  return Array.isArray(value) ? value : [];
}
