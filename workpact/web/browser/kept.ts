// What is being asked of a wallet or was sent, kept in this browser for all its tabs until it is final (SPEC.md 16.5).

import type { Address, Hex } from "viem";
import { fact } from "./facts";
import { Refusal } from "./refusal";

export type State =
  | "asking" // the wallet was asked and has not answered
  | "unsure" // the wallet's answer was lost, or says nothing of whether it sent
  | "waiting"
  | "mined"
  | "final"
  | "reverted"
  | "replaced"
  | "gone"
  | "proposed"; // a Safe's owners still have to sign

/** One transaction of a move. */
export interface Sent {
  id: string;
  chain: number;
  /** The agreement, or what else its key is about. */
  origin: Hex | null;
  /** Of the move on its page. */
  key: string;
  label: string;
  from: Address;
  to: Address;
  data: Hex;
  /** What the account's next number was when the wallet was asked, then its own. */
  nonce: number;
  /** The last block when the wallet was asked. */
  asked: number;
  state: State;
  /** As the wallet or the chain named it. */
  hash: Hex | null;
  block: { number: number; hash: Hex } | null;
  /** What else happened to it, in words. */
  note: string;
  /** How often in a row the node did not know it. */
  missed: number;
  /** Nothing can happen to it any more. */
  isSettled: boolean;
}

const PREFIX = "workpact:sent:";
/** Event on `document` whenever one of them changes, in this tab or another. */
export const KEPT = "workpact:sent";

window.addEventListener("storage", (event) => {
  if (event.key?.startsWith(PREFIX)) tell();
});

/** All that this browser keeps. */
export function kept(): Sent[] {
  const found = [];
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    try {
      found.push(JSON.parse(localStorage.getItem(name)!) as Sent);
    } catch {
      localStorage.removeItem(name);
    }
  }
  return found.sort((one, other) => one.asked - other.asked || (one.id < other.id ? -1 : 1));
}

/** Writes it. Throws `Refusal` where the browser keeps nothing: then nothing may be sent. */
export function keep(sent: Sent): Sent {
  const written = JSON.stringify(sent);
  if (localStorage.getItem(PREFIX + sent.id) === written) return sent;
  try {
    localStorage.setItem(PREFIX + sent.id, written);
  } catch {
    throw new Refusal(
      "This browser does not let the page keep what was sent, so it could be sent twice.",
      "Allow this address to store data, or use another browser.",
    );
  }
  tell();
  return sent;
}

/** Forgets it. */
export function forget(sent: Sent): void {
  localStorage.removeItem(PREFIX + sent.id);
  tell();
}

/** A name for a new one. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (each) => each.toString(16).padStart(2, "0")).join("");
}

/** What keeps a move from being offered; null if nothing does. A mined one does until the page is made of its block. */
export function hindering(chain: number, origin: Hex | null, key: string): Sent | null {
  const of = kept().filter((each) => isOf(each, { chain, origin, key }));
  return of.find((each) => isOpen(each) || (each.state === "mined" && each.block!.number > pageBlock())) ?? null;
}

/** Whether it is of a move. */
export function isOf(sent: Sent, move: { chain: number; origin: Hex | null; key: string }): boolean {
  return sent.chain === move.chain && sent.origin === move.origin && sent.key === move.key;
}

/** Whether it may still come to the chain, or is being signed. */
export function isOpen(sent: Sent): boolean {
  return ["asking", "unsure", "waiting", "proposed"].includes(sent.state);
}

/** The block that the page is made of. */
export function pageBlock(): number {
  return Number(fact("block") ?? Number.MAX_SAFE_INTEGER);
}

/** Runs alone among all tabs of this browser; null if another tab has the name already. */
export async function alone<Result>(name: string, run: () => Promise<Result>): Promise<Result | null> {
  return navigator.locks.request(`workpact:${name}`, { ifAvailable: true }, (lock) => (lock ? run() : null));
}

function tell(): void {
  document.dispatchEvent(new Event(KEPT));
}
