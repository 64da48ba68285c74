// Networks by their chain ids, and how a wallet is brought to the one that the page is about.

import { numberToHex } from "viem/utils";
import { fact } from "./facts";
import { Refusal, messageOf, surelyNot, type WalletError } from "./refusal";

export interface Provider {
  request(asked: { method: string; params?: unknown[] }): Promise<unknown>;
  on?(name: string, heard: (value: never) => void): void;
  removeListener?(name: string, heard: (value: never) => void): void;
}

const NAMES: Record<number, string> = {
  1: "Ethereum",
  10: "OP Mainnet",
  137: "Polygon",
  8453: "Base",
  31337: "a local chain",
  42161: "Arbitrum One",
  11155111: "Sepolia",
};

/** A network in words. */
export function networkName(chain: number): string {
  const name = NAMES[chain];
  return name ? `${name} (chain ${chain})` : `chain ${chain}`;
}

/** The chain that the page is about; null on a page that is about none. */
export function pageChain(): number | null {
  const found = fact("chain");
  return found === null ? null : Number(found);
}

/** Asks the wallet to switch. */
export async function switchTo(provider: Provider, chain: number): Promise<void> {
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: numberToHex(chain) }] });
  } catch (error) {
    if ((error as WalletError).code === 4902)
      throw new Refusal(
        `Your wallet does not know ${networkName(chain)}.`,
        `Add it in your wallet's network settings: chain id ${chain}, and the address of a node that you trust. ` +
          "Then switch to it there or here.",
      );
    const refusal = new Refusal(`Your wallet did not switch: ${messageOf(error)}`, "Switch in the wallet itself.");
    throw surelyNot(error) ?? refusal;
  }
}
