// A proposal as the server reads it, and the small pieces that its page is made of.

import type { Address, Hex } from "viem";
import { button, element } from "./elements";
import type { Move } from "./moves";
import type { Block } from "./prose";
import type { Proposal } from "./share";
import type { Typed } from "./signing";

interface Seat {
  role: string;
  address: Address;
  name: string;
  signed: "" | "key" | "contract" | "waiting";
}

interface Deposit {
  words: string;
  balance: string;
  lacking: string;
  allowed: boolean;
  permit: Typed | null;
  permitted: boolean | null;
}

/** What the server makes of a proposal (workpact/web/proposals.py). */
export interface Reading {
  kind: "opening" | "change" | "closing";
  title: string;
  id: Hex;
  origin: Hex;
  block: number;
  time: number;
  text: Block[];
  typed: Typed;
  facts: [string, string][];
  state: { key: string; words: string; page: string | null };
  signers: Seat[];
  faults: string[];
  foreign: string[];
  deposit: Deposit | null;
  moves: Move[];
  is_kept: boolean;
}

export interface Acts {
  take(next: Proposal): Promise<void>;
  again(): Promise<void>;
  /** Does it, and says what hindered it. */
  told(act: () => Promise<void>): Promise<void>;
}

/** A button that waits for what it does, and says what hindered it. */
export function pressed(
  label: string,
  look: string,
  id: string,
  acts: Acts,
  act: () => Promise<void>,
): HTMLButtonElement {
  const made = button(label, look, async () => {
    made.disabled = true;
    await acts.told(act);
    made.disabled = false;
  });
  made.id = id;
  return made;
}

export function notice(look: string, text: string): HTMLElement {
  return element("div", { class: `notice ${look}` }, element("p", {}, text));
}

export function tag(text: string, look: string): HTMLElement {
  return element("span", { class: `tag ${look}` }, text);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
