// A worker's wallet on a roster: moved to another by its signature, and kept against a proposal by its veto.

import type { Address, Hex } from "viem";
import { decodeFunctionResult, encodeFunctionData, isAddress, isAddressEqual } from "viem/utils";
import { element } from "./elements";
import { abiOf, encoded } from "./encoding";
import * as node from "./node";
import { Refusal } from "./refusal";
import { relayer, type Carried } from "./relaying";
import { signTypedData } from "./signing";
import { account } from "./wallet";
import type { Pressable } from "./worker";
import type { Worker } from "./worker_words";

const WEEK = 7 * 86_400;
const SEAT = [
  { name: "manager", type: "address" },
  { name: "worker", type: "uint256" },
  { name: "wallet", type: "address" },
  { name: "nonce", type: "uint256" },
];

const DOMAIN = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

/** What a worker signs for others to carry. */
export function consent(data: Worker, kind: string, members: { name: string; type: string }[], message: Record<string, string>) {
  return { domain: EQUITY(data), types: { EIP712Domain: DOMAIN, [kind]: members }, primaryType: kind, message };
}

const EQUITY = (data: Worker) => ({
  name: "Workpact Equity",
  version: "1",
  chainId: data.chain,
  verifyingContract: data.equity,
});

/** What can be done with a seat ("manager:worker"). */
export function seatMoves(data: Worker, seat: string, proposed: string | undefined, pressable: Pressable): HTMLElement {
  const [manager, worker] = seat.split(":") as [Address, string];
  const made = element("div");
  if (proposed !== undefined)
    made.append(
      element("p", { class: "muted" }, "Is this wallet still yours? Then object: no other can be proposed for 90 days."),
      pressable({ label: "Keep this wallet", calls: async () => [await veto(data, manager, worker, proposed as Address)] }, "primary"),
    );
  const input = element("input", { id: `to-${seat}`, autocomplete: "off", spellcheck: "false", placeholder: "0x…" });
  const label = element("label", { for: input.id }, `New wallet of worker ${worker}`);
  const help = "All units, revenue and wages of this worker go to it from then on. Make sure that it is yours.";
  made.append(
    element(
      "details",
      {},
      element("summary", {}, "Move to another wallet"),
      element("div", { class: "field" }, label, input, element("p", { class: "help" }, help)),
      pressable({ label: "Move", calls: async () => [await rotation(data, manager, worker, input.value.trim())] }, ""),
    ),
  );
  return made;
}

async function rotation(data: Worker, manager: Address, worker: string, wallet: string): Promise<Carried> {
  if (!isAddress(wallet, { strict: true }))
    throw new Refusal("That is no address, or mistyped.", "Copy it from the other wallet: 0x and 40 hex digits.");
  if (isAddressEqual(wallet, data.wallet)) throw new Refusal("That is this wallet.", "Write the address of the other one.");
  const deadline = String(data.now + WEEK);
  const message = { manager, worker, wallet, nonce: await nonce(data, manager, worker), deadline };
  const signature = await signed(data, "Rotate", [...SEAT, { name: "deadline", type: "uint256" }], message);
  return carried(data, "rotate", [manager, worker, wallet, deadline, signature], "Move to the other wallet");
}

async function veto(data: Worker, manager: Address, worker: string, wallet: Address): Promise<Carried> {
  const message = { manager, worker, wallet, nonce: await nonce(data, manager, worker) };
  return carried(data, "veto", [manager, worker, await signed(data, "Veto", SEAT, message)], "Keep this wallet");
}

function carried(data: Worker, name: string, given: Parameters<typeof encoded>[2], label: string): Carried {
  return { contract: "WorkerEquity", to: data.equity, data: encoded("WorkerEquity", name, given), label };
}

async function signed(data: Worker, kind: string, members: typeof SEAT, message: Record<string, string>): Promise<Hex> {
  if (relayer() === null) return "0x";
  return signTypedData(consent(data, kind, members, message));
}

/** By the wallet's own node: what the next signature must carry. */
async function nonce(data: Worker, manager: Address, worker: string): Promise<string> {
  const who = account();
  if (who === null || !isAddressEqual(who, data.wallet))
    throw new Refusal(`Only ${data.wallet} can sign that.`, "Connect that wallet at the top of the page.");
  const abi = abiOf("WorkerEquity");
  const asked = encodeFunctionData({ abi, functionName: "nonceOf", args: [manager, BigInt(worker)] });
  const answer = await node.call({ to: data.equity, data: asked });
  return String(decodeFunctionResult({ abi, functionName: "nonceOf", data: answer }));
}
