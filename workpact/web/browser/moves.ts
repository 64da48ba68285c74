// Buttons for what the connected account can do now, at the places that the page has for them.

import type { Address, Hex } from "viem";
import { isAddressEqual } from "viem/utils";
import { open } from "./dialog";
import { button, element } from "./elements";
import { fact } from "./facts";
import type { Input } from "./inputs";
import { KEPT, hindering } from "./kept";
import { pageChain } from "./network";
import { CHANGED, account, isReady } from "./wallet";

/** A call that a contract allows now, as the server's part lists it. */
export interface Move {
  key: string;
  place: string;
  contract: string;
  address: Address;
  function: string;
  arguments: (string | boolean | Value[] | { input: string })[];
  /** Empty for anyone. */
  who: Address[];
  role: string;
  label: string;
  effect: string;
  inputs: Input[];
  until: number | null;
  approve: Approve | null;
}

/** An allowance that the call needs first; what its amount is written with where no input says it. */
interface Approve {
  token: Address;
  spender: Address;
  units: string | { input: string; less: string };
  decimals?: number;
  unit?: string;
}

type Value = string | boolean | Value[];

let isBegun = false;
/** The time of the block that the page is made of, and when it came here. */
let came = { block: "", at: 0 };

/** Fills the places for buttons. */
export function start(): void {
  if (!isBegun) {
    isBegun = true;
    document.addEventListener(CHANGED, fill);
    document.addEventListener(KEPT, fill);
    setInterval(watch, 1000);
  }
  fill();
}

/** Takes away what time has ended. */
function watch(): void {
  const ended = moves().filter((each) => each.until !== null && each.until < now());
  if (ended.some((each) => document.querySelector(`[data-move="${CSS.escape(each.key)}"]:enabled`) !== null)) fill();
}

/** The moves of the page as it is now. */
function moves(): Move[] {
  const text = document.querySelector("#moves")?.textContent;
  return text ? (JSON.parse(text) as Move[]) : [];
}

function fill(): void {
  const from = account();
  const all = moves();
  let isFirst = true; // the page's head has whose turn it is
  for (const place of document.querySelectorAll<HTMLElement>("[data-moves]")) {
    const here = all.filter((each) => each.place === place.dataset["moves"]);
    const focused = place.contains(document.activeElement) ? document.activeElement?.getAttribute("data-move") : null;
    place.replaceChildren(...(from === null ? [] : buttons(here, from, isFirst)));
    isFirst &&= place.childElementCount === 0;
    if (focused) place.querySelector<HTMLElement>(`[data-move="${CSS.escape(focused)}"]`)?.focus();
  }
}

function buttons(here: Move[], from: Address, isFirst: boolean): Node[] {
  const mine = here.filter((each) => each.who.some((who) => isAddressEqual(who, from)));
  const anyones = here.filter((each) => each.who.length === 0);
  return [
    ...mine.flatMap((each, index) => shown(each, from, isFirst && index === 0 ? "primary" : "")),
    ...anyones.flatMap((each) => shown(each, from, "quiet")),
  ];
}

function shown(move: Move, from: Address, look: string): Node[] {
  const place = { chain: pageChain()!, origin: origin(), from };
  const current = () => moves().find((each) => each.key === move.key) ?? null;
  const made = button(move.label, look, () => open(move, place, current));
  made.dataset["move"] = move.key;
  const reason = isReady() ? unavailable(move) : "";
  if (reason === null) return [made];
  made.disabled = true;
  if (reason === "") return [made];
  const why = element("span", { class: "muted small", id: `why-${move.key}` }, reason);
  made.setAttribute("aria-describedby", why.id);
  return [made, why];
}

/** Why a move is not offered; null if it is. */
function unavailable(move: Move): string | null {
  if (hindering(pageChain()!, origin(), move.key) !== null) return "Sent already: see above what becomes of it.";
  if (move.until !== null && move.until < now()) return "Its time is over.";
  return null;
}

/** Seconds, by the page's block and what has passed here since it came. */
function now(): number {
  const block = fact("now");
  if (block === null) return Math.floor(Date.now() / 1000);
  if (came.block !== block) came = { block, at: performance.now() };
  return Number(block) + Math.floor((performance.now() - came.at) / 1000);
}

function origin(): Hex | null {
  return fact("origin") as Hex | null;
}
