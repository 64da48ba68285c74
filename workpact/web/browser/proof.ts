// The evidence page's proof: fetched from the server, checked here, said with whose word it rests on, ticked by rows.

import type { Hex } from "viem";
import { hexToNumber, isHex, numberToHex } from "viem/utils";
import { button, element } from "./elements";
import { Finding, readGiven, type Given } from "./proof/given";
import { prove } from "./proof/record";
import { checkRows, ofRow, provedEvents, rowsOf, type ProvedEvents } from "./proof/rows";
import { emitted, events, proved, refuted, type Source } from "./proof/said";
import { CHANGED, account, chain, provider } from "./wallet";

interface Checked {
  given: Given;
  proved: ProvedEvents;
  count: number;
  milliseconds: number;
}

/** Events that are fetched and checked without being asked to, on each new part of the page. */
const UNASKED = 2_000;

let isHeard = false;
let round = 0;
let checked: Checked | null = null;
let typed: Hex | null = null;

/** Checks the page's record; whose word it rests on, again when the wallet is another. */
export function start(root: ParentNode): void {
  const place = root.querySelector<HTMLElement>("#proof");
  checked = null;
  round += 1;
  if (place === null) return;
  if (!isHeard) {
    isHeard = true;
    document.addEventListener(CHANGED, () => void conclude(round));
  }
  const count = Number(place.dataset["events"]);
  if (count <= UNASKED) void check(place, round);
  else say(element("p", {}, `${events(count)} are checked when you ask for it.`), asking("Check them in this browser"));
}

async function check(place: HTMLElement, own: number): Promise<void> {
  say(element("p", {}, "Fetching the events and their proofs…"));
  try {
    const given = readGiven(await fetched(place.dataset["proof"] ?? ""));
    const count = given.books.reduce((sum, each) => sum + each.events.length, 0);
    const began = performance.now();
    const hashes = await prove(given, (done) => {
      const text = `Checking: ${done.toLocaleString("en")} of ${count.toLocaleString("en")} events…`;
      if (own === round) say(element("p", {}, text));
    });
    if (own !== round) return;
    const all = provedEvents(given, hashes);
    checkPage(place, given, all);
    checked = { given, proved: all, count, milliseconds: Math.round(performance.now() - began) };
    await conclude(own);
  } catch (error) {
    if (own === round) fail(error);
  }
}

async function fetched(address: string): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" } });
  } catch {
    throw new Finding("No answer", "The server does not answer. Check again when it is there.");
  }
  const found: unknown = await answer.json().catch(() => null);
  if (answer.ok) return found;
  const { error } = (found ?? {}) as { error?: unknown };
  throw new Finding("No proof", `The server gives none${typeof error === "string" ? `: ${error}` : "."}`);
}

function checkPage(place: HTMLElement, given: Given, all: ProvedEvents): void {
  if (document.querySelector<HTMLElement>("#part")?.dataset["origin"] !== given.origin)
    throw new Finding("Another agreement", "The server gave the proof of another agreement than this page is about.");
  const list = document.querySelector<HTMLElement>("#events");
  if (list !== null) checkRows(list, all, Number(place.dataset["events"]), Number(place.dataset["time"]));
}

/** Compares the block hash with whoever can be asked, and says what is proved. */
async function conclude(own: number): Promise<void> {
  const what = checked;
  if (what === null) return;
  try {
    const source = await sourceOf(what.given);
    if (own !== round || checked !== what) return;
    say(...proved(what.given, what.count, what.milliseconds, source), ...(source === "wallet" ? [] : [typing()]));
    tick(what.proved);
  } catch (error) {
    if (own === round && checked === what) fail(error);
  }
}

async function sourceOf({ chain: id, block }: Given): Promise<Source> {
  const known = account() !== null && chain() === id ? await ofWallet(block.number) : null;
  if (known !== null && known !== block.hash) throw another("Your wallet's own node has", block.number, known);
  if (typed !== null && typed !== block.hash) throw another("You typed in", block.number, typed);
  if (known !== null) return "wallet";
  return typed === null ? "server" : "typed";
}

/** The hash that the wallet's node has for a block; null if it does not say. */
async function ofWallet(number: number): Promise<Hex | null> {
  try {
    const asked = { method: "eth_getBlockByNumber", params: [numberToHex(number), false] };
    const { hash, number: own } = ((await provider().request(asked)) ?? {}) as { hash?: unknown; number?: unknown };
    return isHex(hash) && isHex(own) && hexToNumber(own) === number ? (hash.toLowerCase() as Hex) : null;
  } catch {
    return null;
  }
}

function another(who: string, number: number, hash: Hex): Finding {
  return new Finding(
    "Another block",
    `${who} ${hash} for block ${number}, which is not the block that this server proves by. ` +
      "If it was just replaced, reload the page; else do not rely on this server.",
  );
}

function typing(): HTMLElement {
  const described = "proof-hash-error";
  const input = element("input", { id: "proof-hash", class: "mono", autocomplete: "off", spellcheck: "false" });
  input.setAttribute("aria-describedby", described);
  input.value = typed ?? "";
  const error = element("p", { class: "error", id: described });
  const label = element("label", { for: "proof-hash" }, "The block's hash, from a source that you trust");
  const form = element(
    "form",
    {},
    element("div", { class: "field" }, label, input, error),
    element("div", { class: "actions" }, element("button", { type: "submit" }, "Compare")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = input.value.trim().toLowerCase();
    const isGood = value === "" || (isHex(value) && value.length === 66);
    error.textContent = isGood ? "" : "A block hash is 0x and 64 hex digits.";
    input.setAttribute("aria-invalid", String(!isGood));
    if (!isGood) return;
    typed = value === "" ? null : (value as Hex);
    void conclude(round);
  });
  return form;
}

function fail(error: unknown): void {
  untick();
  const found = error instanceof Finding ? error : new Finding("The check broke off", String(error));
  say(refuted(found), ...(checked !== null && typed !== null ? [typing()] : []), asking("Check again"));
}

function asking(label: string): HTMLElement {
  const pressed = () => {
    const place = document.querySelector<HTMLElement>("#proof");
    round += 1;
    checked = null;
    if (place !== null) void check(place, round);
  };
  return element("p", {}, button(label, "", pressed));
}

function say(...nodes: Node[]): void {
  document.querySelector("#proof-said")?.replaceChildren(...nodes);
}

function tick(all: ProvedEvents): void {
  untick();
  const list = document.querySelector<HTMLElement>("#events");
  for (const row of list === null ? [] : rowsOf(list)) {
    const found = ofRow(row, all);
    if (found === undefined) continue;
    const title = "Emitted by its contract, as checked in this browser";
    row.querySelector(".marks")?.append(element("span", { class: "tag good tick", title }, "✓ proved"));
    row.querySelector(".event")?.append(emitted(found));
  }
}

function untick(): void {
  for (const each of document.querySelectorAll("#events .tick, #events .emitted")) each.remove();
}
