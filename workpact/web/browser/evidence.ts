// What the evidence page adds to the server's part: checks from their own address, and which events are final.

import { element } from "./elements";

const SOON = 1_000;
const LATEST = 16_000;
let round = 0;

/** Loads both. */
export function start(root: ParentNode): void {
  round += 1;
  const checks = root.querySelector<HTMLElement>("#checks");
  const list = root.querySelector<HTMLElement>("#events");
  if (checks !== null) void show(checks, round);
  if (list !== null) void mark(list);
}

async function show(place: HTMLElement, own: number): Promise<void> {
  const address = `${place.dataset["checks"]}?part`;
  for (let wait = SOON; own === round; wait = Math.min(2 * wait, LATEST)) {
    const found = await loaded(address);
    if (found === null || own !== round) return;
    place.replaceChildren(place.firstElementChild!, found);
    if (found.dataset["done"] === "1") return;
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

/** The server's own fragment, in which all texts are escaped; null if it does not come: the link to it stays. */
async function loaded(address: string): Promise<HTMLElement | null> {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("#checked");
  } catch {
    return null;
  }
}

async function mark(list: HTMLElement): Promise<void> {
  const origin = document.querySelector<HTMLElement>("#part")?.dataset["origin"];
  let final: unknown;
  try {
    const answer = await fetch(`/agreement/${origin}/final.json`);
    if (!answer.ok) return;
    final = ((await answer.json()) as { finalized?: unknown }).finalized;
  } catch {
    return;
  }
  for (const row of list.querySelectorAll<HTMLElement>(":scope > li")) {
    const isFinal = typeof final === "number" && Number(row.dataset["block"]) <= final;
    row.querySelector(".final")?.remove();
    const title = isFinal ? "The chain cannot replace its block any more." : "The chain can still replace its block.";
    const tag = element("span", { class: "tag quiet final", title }, isFinal ? "final" : "not final yet");
    row.querySelector(".marks")?.append(tag);
  }
}
