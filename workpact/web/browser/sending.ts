// Sending once: what was asked of the wallet is kept before it is asked, whatever becomes of the answer.

import type { Address, Hex } from "viem";
import { numberToHex } from "viem/utils";
import { alone, forget, hindering, isOf, keep, kept, newId, type Sent } from "./kept";
import { networkName } from "./network";
import * as node from "./node";
import { Refusal, messageOf, surelyNot } from "./refusal";
import { account, chain, lookAgain, provider } from "./wallet";

/** A transaction as a page wants it; `origin` and `key` name the move that it is of. */
export interface Call {
  chain: number;
  origin: Hex | null;
  key: string;
  label: string;
  from: Address;
  to: Address;
  data: Hex;
}

/** Has the wallet send it, once among all tabs. Throws `Refusal` if nothing was sent. */
export async function send(wanted: Call): Promise<Sent> {
  const name = moveName(wanted);
  const sent = await alone(name, async () => {
    await sameWallet(wanted);
    const other = hindering(wanted.chain, wanted.origin, wanted.key);
    if (other !== null) throw already(other.label);
    return asked(wanted);
  });
  return sent ?? Promise.reject(already(wanted.label));
}

/** What a move's lock is called. */
export function moveName(of: { chain: number; origin: Hex | null; key: string }): string {
  return `send:${of.chain}:${of.origin ?? ""}:${of.key}`;
}

/** Makes sure that account and network are still those of the call. Throws `Refusal`. */
export async function sameWallet(wanted: { chain: number; from: Address }): Promise<void> {
  await lookAgain();
  if (account() !== wanted.from)
    throw new Refusal(
      account() === null
        ? "Your wallet is locked, or shares no account with this page any more. Nothing was sent."
        : `Your wallet has changed to the account ${account()}; this was made for ${wanted.from}. Nothing was sent.`,
      account() === null
        ? "Unlock it and connect again."
        : "Switch back, or close this and look at what the other account can do.",
    );
  if (chain() !== wanted.chain)
    throw new Refusal(
      `Your wallet is on ${networkName(chain()!)}, and this is for ${networkName(wanted.chain)}. Nothing was sent.`,
      "Switch the network at the top of the page.",
    );
}

async function asked(wanted: Call): Promise<Sent> {
  const { chain: on, origin, key, label, from, to, data } = wanted;
  const lost = kept().find((each) => each.state === "gone" && isOf(each, wanted) && each.from === from);
  const next = await node.count(from, "pending");
  const isAgain = lost !== undefined && lost.nonce >= next;
  const nonce = isAgain ? lost.nonce : next;
  const height = await node.height();
  const made = { id: newId(), chain: on, origin, key, label, from, to, data, nonce, asked: height } as const;
  const sent = keep({ ...made, state: "asking", hash: null, block: null, note: "", missed: 0, isSettled: false });
  if (lost !== undefined) forget(lost);
  // One that was lost may come back: the same number lets the chain take one of the two only.
  const asks = { from, to, data, ...(isAgain ? { nonce: numberToHex(lost.nonce) } : {}) };
  try {
    const hash = (await provider().request({ method: "eth_sendTransaction", params: [asks] })) as Hex;
    return keep({ ...sent, state: "waiting", hash });
  } catch (error) {
    const refusal = surelyNot(error);
    if (refusal === null) return keep({ ...sent, state: "unsure", note: `Your wallet said: ${messageOf(error)}` });
    forget(sent);
    throw refusal;
  }
}

function already(label: string): Refusal {
  return new Refusal(
    `“${label}” is already being sent, here or in another tab. It was not sent again.`,
    "Look at your wallet and at what this page says of it.",
  );
}
