// What of a page is not there any more, and what is new: by its rows, items and sentences.

const PIECES = "h1, h2, h3, p, li, tr, dd, figcaption, .tile";
const MOST = 6;

export function differences(before: HTMLElement, after: HTMLElement): { gone: string[]; come: string[] } {
  const old = pieces(before);
  const now = pieces(after);
  return { gone: lacking(old, now), come: lacking(now, old) };
}

function pieces(root: HTMLElement): string[] {
  const served = root.cloneNode(true) as HTMLElement;
  for (const each of served.querySelectorAll("[data-beside]")) each.remove(); // what countdown.ts put there
  const leaves = [...served.querySelectorAll<HTMLElement>(PIECES)].filter((each) => each.querySelector(PIECES) === null);
  return leaves.map((each) => (each.textContent ?? "").replace(/\s+/g, " ").trim()).filter((each) => each !== "");
}

function lacking(from: string[], others: string[]): string[] {
  const known = new Set(others);
  const found = [...new Set(from)].filter((each) => !known.has(each));
  return found.length > MOST ? [...found.slice(0, MOST), `and ${found.length - MOST} more`] : found;
}
