// Signatures over typed data (EIP-712): shown by the wallet, checked here before anything is made of them.

import type { Address, Hex } from "viem";
import { encodeFunctionData, hashTypedData, isAddressEqual, recoverAddress } from "viem/utils";
import { alone } from "./kept";
import { networkName } from "./network";
import * as node from "./node";
import { Refusal, messageOf, surelyNot } from "./refusal";
import { sameWallet } from "./sending";
import { account, chain, provider } from "./wallet";

/** Typed data as the wallet takes it. */
export interface Typed {
  domain: { chainId?: number | string; [name: string]: unknown };
  types: Record<string, { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, unknown>;
}

const MAGIC = "0x1626ba7e";
const VALIDITY = [
  {
    type: "function",
    name: "isValidSignature",
    stateMutability: "view",
    inputs: [
      { name: "hash", type: "bytes32" },
      { name: "signature", type: "bytes" },
    ],
    outputs: [{ name: "", type: "bytes4" }],
  },
] as const;

/** The connected account's signature, checked; of a Safe whose owners still have to sign, "0x". Throws `Refusal`. */
export async function signTypedData(typed: Typed): Promise<Hex> {
  const from = account();
  const on = chain();
  if (from === null || on === null)
    throw new Refusal("No wallet is connected.", "Connect your wallet at the top of the page.");
  const wanted = Number(typed.domain.chainId ?? on);
  if (wanted !== on)
    throw new Refusal(
      `Your wallet is on ${networkName(on)}, and this is for ${networkName(wanted)}. Nothing was signed.`,
      "Switch the network at the top of the page.",
    );
  await sameWallet({ chain: on, from });
  const { EIP712Domain: _, ...types } = typed.types;
  const digest = hashTypedData({ ...typed, types } as Parameters<typeof hashTypedData>[0]);
  const signature = await alone(`sign:${from}:${digest}`, () => asked(from, typed));
  if (signature === null)
    throw new Refusal(
      "Your wallet is already being asked for this signature.",
      "Answer it there, or look at your other tabs.",
    );
  await checked(from, digest, signature);
  return signature;
}

async function asked(from: Address, typed: Typed): Promise<Hex> {
  try {
    return (await provider().request({ method: "eth_signTypedData_v4", params: [from, JSON.stringify(typed)] })) as Hex;
  } catch (error) {
    const said = `Your wallet gave no signature: ${messageOf(error)}`;
    throw surelyNot(error) ?? new Refusal(said, "Nothing was sent. Press again to be asked again.");
  }
}

async function checked(from: Address, digest: Hex, signature: Hex): Promise<void> {
  if (await isOf(from, digest, signature)) return;
  throw new Refusal(
    `Your wallet answered with a signature that is not one of ${from} over this text.`,
    "It is not used. Look which account the wallet has chosen, and sign again.",
  );
}

async function isOf(from: Address, digest: Hex, signature: Hex): Promise<boolean> {
  try {
    if (isAddressEqual(await recoverAddress({ hash: digest, signature }), from)) return true;
  } catch {
    // Not a key's: the account may be a contract.
  }
  const code = await node.code(from);
  if (code === "0x") return false;
  if (signature === "0x") return true;
  const data = encodeFunctionData({ abi: VALIDITY, args: [digest, signature] });
  try {
    return (await node.call({ to: from, data })).startsWith(MAGIC);
  } catch {
    return false;
  }
}
