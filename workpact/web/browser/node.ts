// The wallet's own node, asked through the wallet.

import type { Address, Hex } from "viem";
import { hexToBigInt, hexToNumber, numberToHex } from "viem/utils";
import { NodeLost, isRevert, messageOf } from "./refusal";
import { provider } from "./wallet";

export interface Receipt {
  block: number;
  blockHash: Hex;
  isGood: boolean;
}

export interface Transaction {
  hash: Hex;
  from: Address;
  to: Address | null;
  data: Hex;
  value: bigint;
  nonce: number;
}

export interface Log {
  topics: Hex[];
  data: Hex;
  transaction: Hex;
}

type Raw = Record<string, string>;
type Tag = number | "latest" | "pending" | "finalized";

const tag = (at: Tag): string => (typeof at === "number" ? numberToHex(at) : at);

/** One question. Throws `NodeLost`; a contract's revert is thrown as it came. */
export async function ask(method: string, ...params: unknown[]): Promise<unknown> {
  try {
    return await provider().request({ method, params });
  } catch (error) {
    throw isRevert(error) ? error : new NodeLost(messageOf(error));
  }
}

export async function chainId(): Promise<number> {
  return hexToNumber((await ask("eth_chainId")) as Hex);
}

export async function height(): Promise<number> {
  return hexToNumber((await ask("eth_blockNumber")) as Hex);
}

export async function code(address: Address): Promise<Hex> {
  return (await ask("eth_getCode", address, "latest")) as Hex;
}

/** How many transactions of an account there are: the number of its next one. */
export async function count(account: Address, at: Tag): Promise<number> {
  return hexToNumber((await ask("eth_getTransactionCount", account, tag(at))) as Hex);
}

/** What a call answers; the revert is thrown. */
export async function call(made: { from?: Address; to: Address; data: Hex }, at: Tag = "latest"): Promise<Hex> {
  return (await ask("eth_call", made, tag(at))) as Hex;
}

export async function receipt(hash: Hex): Promise<Receipt | null> {
  const found = (await ask("eth_getTransactionReceipt", hash)) as Raw | null;
  if (!found?.["blockNumber"]) return null;
  return {
    block: hexToNumber(found["blockNumber"] as Hex),
    blockHash: found["blockHash"] as Hex,
    isGood: found["status"] === "0x1",
  };
}

export async function transaction(hash: Hex): Promise<Transaction | null> {
  const found = (await ask("eth_getTransactionByHash", hash)) as Raw | null;
  return found && read(found);
}

/** All transactions of a block; of "pending" those that wait, as far as the node shows them. */
export async function transactions(at: Tag): Promise<Transaction[]> {
  const found = (await ask("eth_getBlockByNumber", tag(at), true)) as { transactions?: Raw[] } | null;
  return (found?.transactions ?? []).map(read);
}

/** The last final block; null if the node does not say. */
export async function finalized(): Promise<number | null> {
  try {
    const found = (await ask("eth_getBlockByNumber", "finalized", false)) as Raw | null;
    return found?.["number"] ? hexToNumber(found["number"] as Hex) : null;
  } catch {
    return null;
  }
}

export async function logs(address: Address, topics: Hex[], from: number): Promise<Log[]> {
  const asked = { address, topics: [topics], fromBlock: numberToHex(from), toBlock: "latest" };
  const found = (await ask("eth_getLogs", asked)) as { topics: Hex[]; data: Hex; transactionHash: Hex }[];
  return found.map((each) => ({ topics: each.topics, data: each.data, transaction: each.transactionHash }));
}

function read(raw: Raw): Transaction {
  return {
    hash: raw["hash"] as Hex,
    from: raw["from"] as Address,
    to: (raw["to"] as Address | undefined) ?? null,
    data: raw["input"] as Hex,
    value: hexToBigInt((raw["value"] ?? "0x0") as Hex),
    nonce: hexToNumber(raw["nonce"] as Hex),
  };
}
