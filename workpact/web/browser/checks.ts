// Asked before the wallet is: of its own node the chain, the code, the agreement's word and the call itself; of the
// server what the call does, in words (SPEC.md 16.4).

import type { Address, Hex } from "viem";
import { encodeFunctionData } from "viem/utils";
import { abiOf, refused } from "./encoding";
import { fact } from "./facts";
import { pageBlock } from "./kept";
import { networkName } from "./network";
import * as node from "./node";
import { NodeLost, Refusal, messageOf, revertData } from "./refusal";
import { sameWallet, type Call } from "./sending";

/** The page was made before something else happened; it is made anew. */
export class Stale extends Refusal {}

/** What a call will do, in words; `caution` where the server could not say it. */
export interface Effects {
  events: string[];
  transfers: string[];
  caution: string;
}

interface Answer {
  ok: boolean;
  events?: string[];
  transfers?: { words: string }[];
  error?: string;
  words?: string;
  advice?: string;
}

/** Asks everything. Throws `Refusal`, or `Stale`. */
export async function check(call: Call): Promise<Effects> {
  await sameWallet(call);
  await sameChain(call);
  await fresh();
  await works(call);
  return effects(call, []);
}

/** The same of a call that another has to come before, which is tried by the wallet's node alone. */
export async function checkBoth(first: Call, call: Call): Promise<Effects> {
  await sameWallet(call);
  await sameChain(call);
  await fresh();
  await works(first);
  return effects(call, [first]);
}

async function sameChain(call: Call): Promise<void> {
  const is = await node.chainId();
  if (is !== call.chain)
    throw new Refusal(
      `Your wallet's node answers for ${networkName(is)}, and this is for ${networkName(call.chain)}.`,
      "Look at the network's node in your wallet's settings.",
    );
  if ((await node.code(call.to)) === "0x")
    throw new Refusal(
      `There is no contract at ${call.to} by your wallet's node.`,
      "Its node may be of another network or far behind: look at your wallet's settings.",
    );
}

/** The agreement's word must be the page's: then both speak of the same facts. */
async function fresh(): Promise<void> {
  const [origin, history, contract] = [fact("origin"), fact("history"), fact("agreement")];
  if (origin === null || history === null || contract === null) return;
  const abi = abiOf("Agreement");
  const data = encodeFunctionData({ abi, functionName: "history", args: [origin as Hex] });
  if ((await node.call({ to: contract as Address, data })) === history) return;
  const height = await node.height();
  if (height < pageBlock())
    throw new Refusal(
      `Your wallet's node is at block ${height}, this page at block ${pageBlock()}.`,
      "Wait until it has caught up, or choose another node in your wallet's settings.",
    );
  throw new Stale(
    "Something else has happened to this agreement since the page was made. Nothing was sent.",
    "Close this: the page is made anew. Read what has changed, and decide again.",
  );
}

/** Throws `Refusal` with the contract's error if the wallet's node says that the call would fail. */
export async function works(call: { from: Address; to: Address; data: Hex }): Promise<void> {
  try {
    await node.call(call);
  } catch (error) {
    if (error instanceof NodeLost) throw error;
    const data = revertData(error);
    const known = data && refused(data);
    const what = known ? `${known.text}. ${known.meaning}` : messageOf(error);
    throw new Refusal(
      `The contract would refuse: ${what}`,
      "Nothing was sent. Look at the page again: it shows what is possible now.",
    );
  }
}

/** The server's words for it. Where its node differs from the wallet's, which may be ahead of it, both are said. */
async function effects(call: Call, first: Call[]): Promise<Effects> {
  if (call.origin === null) return { events: [], transfers: [], caution: "" };
  const before = first.map((each) => ({ contract: each.to, data: each.data }));
  const asked = { from: call.from, contract: call.to, data: call.data, before };
  let answer: Answer;
  try {
    const got = await fetch(`/agreement/${call.origin}/simulate`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    });
    if (!got.ok) throw new Error(`status ${got.status}`);
    answer = (await got.json()) as Answer;
  } catch {
    const caution =
      "This page's server cannot try it now, so what the call does is not spelled out here. " +
      "Your wallet's own node says that it works.";
    return { events: [], transfers: [], caution };
  }
  if (!answer.ok) {
    const why = [answer.error, answer.words, answer.advice].filter(Boolean).join(". ");
    const caution =
      `By this page's server the contract would refuse: ${why} Your wallet's own node says that it works: ` +
      "one of the two may be behind.";
    return { events: [], transfers: [], caution };
  }
  return { events: answer.events ?? [], transfers: (answer.transfers ?? []).map((each) => each.words), caution: "" };
}
