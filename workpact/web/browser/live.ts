// Keeps a page at the chain's head: hears of new blocks, fetches the server's part anew and puts it in the old one's
// place. It says when the server or its node is silent, and when a block that was shown has been replaced.

import { differences } from "./differences";

interface Head {
  number: number | null;
  state: "live" | "silent";
  since: number | null;
  replaced?: number;
}

const AGAIN = 3_000;

let stream: EventSource | null = null;
let silentSince: Date | null = null;
let running: Promise<void> | null = null;
let isStale = false;
let again: ReturnType<typeof setTimeout> | undefined;

export function start(_: ParentNode): void {
  if (stream !== null || document.querySelector("#part[data-block], #part [data-again]") === null) return;
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", listen);
  document.addEventListener("close", () => void (isStale && refresh()), true);
}

/** Brings the server's part to the last block; while a dialog is open it only says that there is a newer one. */
export function refresh(): Promise<void> {
  running ??= fetched(null).finally(() => (running = null));
  return running;
}

function listen(): void {
  if (document.hidden || (stream !== null && stream.readyState !== EventSource.CLOSED)) return;
  stream = new EventSource("/events");
  stream.addEventListener("head", (event) => heard(JSON.parse(event.data) as Head));
  stream.addEventListener("error", () => lost(stream!));
}

// A browser holds few connections to one server: pages that nobody looks at hold none.
function leave(): void {
  clearTimeout(again);
  stream?.close();
}

function lost(failed: EventSource): void {
  silentSince ??= new Date();
  notice("live", "bad", `As of block ${shown()}: this server has not answered since `, silentSince);
  if (failed.readyState === EventSource.CLOSED) {
    clearTimeout(again);
    again = setTimeout(listen, AGAIN);
  }
}

function heard(head: Head): void {
  silentSince = null;
  if (head.state === "silent") {
    notice("live", "bad", `As of block ${shown()}: the node has not answered since `, new Date((head.since ?? 0) * 1000));
    return;
  }
  notice("live", "", "");
  if (document.querySelector("#part [data-again]") !== null) return location.reload();
  const replaced = head.replaced;
  const before = running ?? Promise.resolve();
  running = before.then(() => fetched(replaced ?? null)).finally(() => (running = null));
}

async function fetched(replaced: number | null): Promise<void> {
  const part = document.querySelector<HTMLElement>("#part")!;
  if (document.querySelector("dialog[open]") !== null) {
    isStale = true;
    notice("newer", "warn", "There is a newer state of this page. It is shown when you close this dialog.");
    return;
  }
  const address = new URL(location.href);
  address.hash = "";
  address.searchParams.set("part", "");
  const known = document.querySelector("#hash")?.textContent ?? "";
  let answer: Response;
  try {
    answer = await fetch(address, { headers: { "If-None-Match": `W/"${known}"` }, cache: "no-store" });
  } catch {
    return; // the stream says that the server is silent
  }
  const block = answer.headers.get("Workpact-Block");
  if (answer.status !== 304 && !answer.ok) {
    notice("newer", "bad", `The newest block cannot be shown; this is block ${shown()}. ${await said(answer)}`);
    return;
  }
  const text = answer.status === 304 ? null : await answer.text();
  if (document.querySelector("dialog[open]") !== null) return fetched(replaced);
  isStale = false;
  notice("newer", "", "");
  const before = replaced === null ? null : part.cloneNode(true);
  if (text !== null) await swap(part, text, known);
  if (block !== null) {
    part.dataset["block"] = block;
    document.querySelector("#block")!.textContent = block;
  }
  if (before !== null) reorganised(replaced!, differences(before as HTMLElement, part));
}

async function swap(part: HTMLElement, text: string, known: string): Promise<void> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hash = Array.from(new Uint8Array(digest), (each) => each.toString(16).padStart(2, "0")).join("");
  if (hash === known) return;
  const place = { x: window.scrollX, y: window.scrollY };
  const focus = part.contains(document.activeElement) ? path(part, document.activeElement!) : null;
  const opened = [...part.querySelectorAll("details")].map((each) => [path(part, each), each.open] as const);
  const typed = [...part.querySelectorAll<Field>("input, select, textarea")].map((each) => [path(part, each), each] as const);
  // The server's own page, escaped by it, under a policy by which no script in it would run.
  part.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  for (const [where, open] of opened) {
    const found = at(part, where);
    if (found instanceof HTMLDetailsElement) found.open = open;
  }
  for (const [where, old] of typed) restore(at(part, where), old);
  document.querySelector("#hash")!.textContent = hash;
  document.dispatchEvent(new CustomEvent("workpact:part"));
  const focused = focus === null ? null : at(part, focus);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  window.scrollTo(place.x, place.y);
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function restore(found: Element | null, old: Field): void {
  if (found === null || found.tagName !== old.tagName) return;
  const field = found as Field;
  if (field.name !== old.name || field.type !== old.type) return;
  if (field instanceof HTMLInputElement && old instanceof HTMLInputElement && field.type === "file") return;
  if (field instanceof HTMLInputElement && old instanceof HTMLInputElement) field.checked = old.checked;
  field.value = old.value;
}

/** Where an element stands: below the nearest one with an id, by tag and number. */
function path(root: Element, element: Element): string {
  const steps: string[] = [];
  for (let each = element; each !== root; each = each.parentElement!) {
    if (each.id) return [`#${CSS.escape(each.id)}`, ...steps].join(" > ");
    const same = [...each.parentElement!.children].filter((other) => other.tagName === each.tagName);
    steps.unshift(`${each.tagName.toLowerCase()}:nth-of-type(${same.indexOf(each) + 1})`);
  }
  return [":scope", ...steps].join(" > ");
}

function at(root: Element, where: string): Element | null {
  return root.querySelector(where);
}

function reorganised(block: number, { gone, come }: { gone: string[]; come: string[] }): void {
  const what = [
    gone.length > 0 ? `Gone from this page: ${gone.join(" · ")}` : "",
    come.length > 0 ? `In its place: ${come.join(" · ")}` : "",
  ].filter((each) => each !== "");
  const rest = what.length > 0 ? ` ${what.join(". ")}.` : " Nothing on this page was in it.";
  notice("replaced", "warn", `Block ${block}, which this page was made of, was replaced by another.${rest}`);
}

function shown(): string {
  return document.querySelector("#block")?.textContent ?? "";
}

async function said(answer: Response): Promise<string> {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".notice")?.textContent ?? "";
}

/** One line of its kind above the page; an empty one takes it away. */
function notice(kind: string, tone: string, text: string, since?: Date): void {
  const place = document.querySelector("#notices")!;
  const old = place.querySelector(`[data-live="${kind}"]`);
  if (text === "") return old?.remove();
  const made = document.createElement("p");
  made.className = `notice ${tone}`;
  made.dataset["live"] = kind;
  made.append(text);
  if (since !== undefined) {
    const time = document.createElement("time");
    time.dateTime = since.toISOString();
    time.textContent = since.toLocaleTimeString();
    made.append(time, ". It is tried again by itself.");
  }
  if (kind === "replaced") {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "quiet";
    close.textContent = "Read";
    close.addEventListener("click", () => made.remove());
    made.append(" ", close);
  }
  if (old?.textContent === made.textContent) return;
  if (old) old.replaceWith(made);
  else place.append(made);
}
