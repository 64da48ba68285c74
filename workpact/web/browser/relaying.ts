// Calls that anyone may send: by the relayer, which pays the gas, or by the connected wallet itself.

import type { Address, Hex } from "viem";
import { decodeEventLog, isAddressEqual } from "viem/utils";
import { abiOf } from "./encoding";
import { outcome } from "./following";
import * as node from "./node";
import { Refusal } from "./refusal";
import { send } from "./sending";
import { words } from "./tracked";
import { account, chain } from "./wallet";

/** One call of a contract. */
export interface Carried {
  contract: "WorkerEquity" | "Payroll";
  to: Address;
  data: Hex;
  label: string;
}

interface Raw {
  address: Address;
  topics: Hex[];
  data: Hex;
}

/** An event of the contract that was called. */
export interface Happened {
  name: string;
  of: Record<string, unknown>;
}

/** What came of it. */
export interface Done {
  transaction: Hex;
  block: number;
  events: Happened[];
}

interface Answer {
  id?: string;
  state?: string;
  transaction?: Hex;
  block?: number;
  logs?: Raw[];
  error?: string;
  until?: number;
}

/** Milliseconds between two looks. */
const PACE = 700;
/** Looks in a row without an answer. */
const PATIENCE = 8;

/** Where the relayer is; null if the pages have none. */
export function relayer(): string | null {
  return document.body.dataset["relayer"]?.replace(/\/+$/, "") ?? null;
}

/** Has the relayer send it and waits until it is mined. Throws `Refusal`. */
export async function relayed(call: Carried): Promise<Done> {
  const taken = await asked("/relay", { contract: call.to, data: call.data });
  let now = taken;
  let missed = 0;
  while (now.state === "waiting") {
    await new Promise((resolve) => setTimeout(resolve, PACE));
    try {
      now = await asked(`/relay/${taken.id}`);
      missed = 0;
    } catch (error) {
      if (++missed === PATIENCE)
        throw new Refusal(
          "The relayer took it, and does not answer any more.",
          "It may still be mined: look at this page again later. Asking again sends nothing twice.",
        );
    }
  }
  if (now.state !== "mined" || now.transaction === undefined)
    throw new Refusal(`The relayer could not do it: ${now.error ?? "it does not say why."}`, "Try again, or send it with your own wallet.");
  return { transaction: now.transaction, block: now.block ?? 0, events: events(call, now.logs ?? []) };
}

/** Sends it by the connected wallet, which pays the gas, and waits until it is mined. Throws `Refusal`. */
export async function sentByOwn(call: Carried): Promise<Done> {
  const from = account();
  const on = chain();
  if (from === null || on === null) throw new Refusal("No wallet is connected.", "Connect your wallet at the top of the page.");
  const sent = await send({ chain: on, origin: null, key: `own:${call.data}`, label: call.label, from, to: call.to, data: call.data });
  const now = await outcome(sent);
  if (!["mined", "final"].includes(now.state) || now.hash === null) throw new Refusal(words(now), "");
  const receipt = (await node.ask("eth_getTransactionReceipt", now.hash)) as { logs: Raw[] } | null;
  return { transaction: now.hash, block: now.block?.number ?? 0, events: events(call, receipt?.logs ?? []) };
}

async function asked(path: string, body?: unknown): Promise<Answer> {
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer: Response;
  let said: Answer;
  try {
    answer = await fetch(relayer() + path, { ...(body === undefined ? {} : post), credentials: "omit", cache: "no-store" });
    said = (await answer.json()) as Answer;
  } catch {
    throw new Refusal("The relayer does not answer.", "Try again later, or send it with your own wallet.");
  }
  if (answer.ok) return said;
  const until = said.until === undefined ? "" : ` It takes more from ${new Date(said.until * 1000).toLocaleString()} on.`;
  throw new Refusal(`The relayer did not take it. ${said.error ?? ""}${until}`, "");
}

function events(call: Carried, logs: Raw[]): Happened[] {
  const abi = abiOf(call.contract);
  const found: Happened[] = [];
  for (const log of logs.filter((each) => isAddressEqual(each.address, call.to))) {
    try {
      const { eventName, args } = decodeEventLog({ abi, topics: log.topics as [Hex, ...Hex[]], data: log.data });
      found.push({ name: eventName!, of: args as unknown as Record<string, unknown> });
    } catch {
      // Not of this contract's interface.
    }
  }
  return found;
}
