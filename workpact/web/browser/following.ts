// What becomes of a transaction, read from the wallet's node anew each time: nothing rests on what was seen before but
// the words that say what has changed.

import type { Hex } from "viem";
import { isAddressEqual, keccak256, slice, toBytes, toHex } from "viem/utils";
import { refused } from "./encoding";
import { alone, forget, isOpen, keep, kept, type Sent } from "./kept";
import * as node from "./node";
import { NodeLost, Refusal, messageOf, revertData } from "./refusal";
import { moveName } from "./sending";
import { CHANGED, account, chain } from "./wallet";

/** Milliseconds between two looks. */
const PACE = 1000;
/** Blocks after which one counts as final where a node does not say. */
const DEEP = 64;
/** Looks in a row in which the node does not know a transaction, until it counts as gone. */
const PATIENCE = 3;
/** Numbers after the expected one that a wallet may have taken in between. */
const AHEAD = 5;
const SUCCESS = keccak256(toBytes("ExecutionSuccess(bytes32,uint256)"));
const FAILURE = keccak256(toBytes("ExecutionFailure(bytes32,uint256)"));

let isBegun = false;
let trouble: string | null = null;

/** Follows all that is kept, in one tab at a time. */
export function start(): void {
  if (isBegun) {
    void look();
    return;
  }
  isBegun = true;
  for (const each of kept().filter((sent) => sent.state === "final")) forget(each);
  document.addEventListener(CHANGED, () => void look());
  setInterval(() => void look(), PACE);
}

/** Why nothing can be followed now; null if it can. */
export function hindrance(): string | null {
  return trouble;
}

/** Waits until it is mined or can be no more. */
export function outcome(sent: Sent): Promise<Sent> {
  return new Promise((resolve) => {
    const seen = () => {
      const now = kept().find((each) => each.id === sent.id);
      if (now !== undefined && isOpen(now)) return;
      document.removeEventListener("workpact:sent", seen);
      resolve(now ?? { ...sent, state: "gone" });
    };
    document.addEventListener("workpact:sent", seen);
    seen();
  });
}

async function look(): Promise<void> {
  if (account() === null) return;
  await alone("follow", async () => {
    for (const sent of kept().filter((each) => each.chain === chain() && !each.isSettled)) {
      try {
        await follow(sent);
        say(null);
      } catch (error) {
        if (!(error instanceof NodeLost)) throw error;
        say(`${error.message} What was sent goes on without it; this page looks again by itself.`);
      }
    }
  });
}

function say(words: string | null): void {
  if (words === trouble) return;
  trouble = words;
  document.dispatchEvent(new Event("workpact:sent"));
}

async function follow(sent: Sent): Promise<void> {
  if (sent.hash !== null) return change(sent, await seen(sent, sent.hash));
  // While the wallet is being asked, its tab holds the move's name.
  await alone(moveName(sent), async () => {
    const now = kept().find((each) => each.id === sent.id);
    if (now === undefined || now.hash !== null) return;
    const found = await own(now);
    if (found !== null) return change(now, await seen({ ...now, hash: found.hash }, found.hash));
    if (now.state === "asking")
      change(now, { state: "unsure", note: "This page was closed before your wallet answered." });
  });
}

/** What changed since it was read; a tab that knows more than that keeps its word. */
function change(sent: Sent, now: Partial<Sent>): void {
  const latest = kept().find((each) => each.id === sent.id);
  if (latest !== undefined && latest.hash === sent.hash) keep({ ...latest, ...now });
}

async function seen(sent: Sent, hash: Hex): Promise<Partial<Sent>> {
  const receipt = await node.receipt(hash);
  if (receipt !== null) return { hash, ...(await mined(sent, hash, receipt)) };
  const waiting = await node.transaction(hash);
  const note =
    sent.block === null ? sent.note : `Its block ${sent.block.number} was replaced by another: it waits again.`;
  if (waiting !== null) return { hash, state: "waiting", block: null, nonce: waiting.nonce, missed: 0, note };
  if ((await isContract(sent)) && sent.block === null) return proposed(sent, hash);
  const other = await used(sent, sent.nonce);
  if (other === null) return missed(sent, hash);
  if (other === "unknown") {
    const said = "Its number was used by a transaction that your wallet's node does not show.";
    return { state: "replaced", block: null, note: said };
  }
  if (other.hash === hash) return {}; // it was mined between two questions
  if (isSame(sent, other)) {
    const found = await seen({ ...sent, block: null }, other.hash);
    return { ...found, hash: other.hash, note: "It was sent again with another fee." };
  }
  return replaced(sent, other);
}

/** A node of many behind one address may know it a little later than others. */
function missed(sent: Sent, hash: Hex): Partial<Sent> {
  if (sent.missed + 1 < PATIENCE) return { hash, missed: sent.missed + 1 };
  const note =
    sent.block === null ? sent.note : `Its block ${sent.block.number} was replaced by another, which does not have it.`;
  return { hash, state: "gone", block: null, note };
}

async function mined(sent: Sent, hash: Hex, receipt: node.Receipt): Promise<Partial<Sent>> {
  const block = { number: receipt.block, hash: receipt.blockHash };
  const final = (await node.finalized()) ?? (await node.height()) - DEEP;
  const isSettled = receipt.block <= final;
  const nonce = (await node.transaction(hash))?.nonce ?? sent.nonce;
  const isMoved = sent.block !== null && sent.block.hash !== block.hash;
  const note = isMoved ? `Its block ${sent.block!.number} was replaced by another: it was mined again.` : sent.note;
  if (!receipt.isGood) return { state: "reverted", block, nonce, isSettled, note: await reason(sent, receipt.block) };
  return { state: isSettled ? "final" : "mined", block, nonce, isSettled, note, missed: 0 };
}

/** Why a mined transaction failed: asked of the state of its block, else of the one before. */
async function reason(sent: Sent, block: number): Promise<string> {
  for (const at of [block, block - 1]) {
    try {
      await node.call({ from: sent.from, to: sent.to, data: sent.data }, at);
    } catch (error) {
      if (error instanceof NodeLost) continue;
      const data = revertData(error);
      const known = data && refused(data);
      return known ? `${known.text}: ${known.meaning}` : messageOf(error);
    }
  }
  return "The node does not say why any more; it may have run out of gas.";
}

async function replaced(sent: Sent, other: node.Transaction): Promise<Partial<Sent>> {
  const receipt = await node.receipt(other.hash);
  if (receipt === null) return { note: `Another transaction of your account waits with its number: ${other.hash}.` };
  const final = (await node.finalized()) ?? (await node.height()) - DEEP;
  const what =
    isAddressEqual(other.to ?? sent.from, sent.from) && other.data === "0x"
      ? "an empty one to yourself: it was cancelled"
      : `another one, ${other.hash}`;
  return {
    state: "replaced",
    block: { number: receipt.block, hash: receipt.blockHash },
    isSettled: receipt.block <= final,
    note: `Its number was used by ${what}.`,
  };
}

function isSame(sent: Sent, other: node.Transaction): boolean {
  return other.to !== null && isAddressEqual(other.to, sent.to) && other.data === sent.data && other.value === 0n;
}

/** Of a transaction whose hash the wallet did not tell: the account's one with the same data, if there is one. */
async function own(sent: Sent): Promise<node.Transaction | null> {
  for (let nonce = sent.nonce; nonce < sent.nonce + AHEAD; nonce++) {
    const found = await used(sent, nonce);
    if (found === null) return null;
    if (found !== "unknown" && isSame(sent, found)) return found;
  }
  return null;
}

/** The account's transaction with a number, mined or waiting; null if there is none, or none that the node shows. */
async function used(sent: Sent, nonce: number): Promise<node.Transaction | "unknown" | null> {
  const isIt = (each: node.Transaction) => isAddressEqual(each.from, sent.from) && each.nonce === nonce;
  const latest = await node.height();
  if ((await node.count(sent.from, latest)) <= nonce) return (await node.transactions("pending")).find(isIt) ?? null;
  let [before, at] = [Math.min(sent.asked, latest) - 1, latest];
  try {
    while (at - before > 1) {
      const middle = Math.floor((before + at) / 2);
      if ((await node.count(sent.from, middle)) > nonce) at = middle;
      else before = middle;
    }
    return (await node.transactions(at)).find(isIt) ?? "unknown";
  } catch {
    return "unknown"; // most nodes do not keep old states
  }
}

/** Whether the account has code of its own: a Safe, not a key that lent itself code (EIP-7702). */
async function isContract(sent: Sent): Promise<boolean> {
  const code = await node.code(sent.from);
  return code !== "0x" && !code.startsWith("0xef0100");
}

/** A Safe names what its owners sign; once they did, it emits that name. */
async function proposed(sent: Sent, hash: Hex): Promise<Partial<Sent>> {
  const found = (await node.logs(sent.from, [SUCCESS, FAILURE], sent.asked)).find(
    (each) => each.topics[1] === hash || (each.data.length >= 66 && slice(each.data, 0, 32) === hash),
  );
  if (found === undefined) return { hash, state: "proposed", note: await owners(sent) };
  const receipt = await node.receipt(found.transaction);
  if (receipt === null) return { hash, state: "proposed" };
  const is = await mined({ ...sent, note: "" }, found.transaction, { ...receipt, isGood: found.topics[0] === SUCCESS });
  return { ...is, hash: found.transaction, nonce: sent.nonce, note: is.note || `Your Safe carried it out.` };
}

async function owners(sent: Sent): Promise<string> {
  try {
    const ask = async (name: string) => node.call({ to: sent.from, data: slice(keccak256(toBytes(name)), 0, 4) });
    const threshold = BigInt(await ask("getThreshold()"));
    const words = (await ask("getOwners()")).slice(2 + 128);
    const all = words.match(/.{64}/g)?.map((each) => toHex(BigInt(`0x${each}`), { size: 20 })) ?? [];
    return `${threshold} of its ${all.length} owners have to sign: ${all.join(", ")}.`;
  } catch (error) {
    if (error instanceof Refusal && !(error instanceof NodeLost)) throw error;
    return "Its owners have to sign.";
  }
}
