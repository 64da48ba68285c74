// The connected wallet: found by EIP-6963, asked by EIP-1193. The browser keeps which wallet it was, and nothing else.

import type { Address, Hex } from "viem";
import { getAddress, hexToNumber, isAddress } from "viem/utils";
import { Refusal, messageOf, surelyNot } from "./refusal";
import { pageChain, type Provider } from "./network";

export interface Found {
  info: { uuid: string; name: string; icon: string; rdns: string };
  provider: Provider;
}

interface Connection {
  found: Found;
  account: Address;
  chain: number;
  isLost: boolean;
}

const CHOICE = "workpact:wallet";
/** Event on `document` whenever account, network or connection are others than before. */
export const CHANGED = "workpact:wallet";

const wallets = new Map<string, Found>();
let connection: Connection | null = null;
let heard: [string, (value: never) => void][] = [];

/** The wallets that this browser has. */
export function found(): Found[] {
  return [...wallets.values()];
}

/** The connected wallet. Throws `Refusal` if there is none. */
export function provider(): Provider {
  if (connection === null) throw new Refusal("No wallet is connected.", "Connect your wallet at the top of the page.");
  return connection.found.provider;
}

/** The connected account; null if there is none. */
export function account(): Address | null {
  return connection?.account ?? null;
}

/** The chain that the wallet is on; null if none is connected. */
export function chain(): number | null {
  return connection?.chain ?? null;
}

/** Whether the wallet has lost its network. */
export function isLost(): boolean {
  return connection?.isLost ?? false;
}

/** Whether the connected account can act on this page: the wallet is on the page's network. */
export function isReady(): boolean {
  return connection !== null && !connection.isLost && connection.chain === pageChain();
}

/** Looks for wallets; the one that was chosen before is connected again if it still allows it without asking. */
export function discover(): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const announced = (event as CustomEvent<Found>).detail;
    if (wallets.has(announced.info.uuid)) return;
    wallets.set(announced.info.uuid, announced);
    if (connection === null && localStorage.getItem(CHOICE) === announced.info.rdns) void again(announced);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** Asks a wallet for its account. Throws `Refusal`. */
export async function connect(chosen: Found): Promise<void> {
  try {
    await take(chosen, "eth_requestAccounts");
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw surelyNot(error) ?? new Refusal(`Your wallet did not connect: ${messageOf(error)}`, "Try again.");
  }
  if (connection === null)
    throw new Refusal("Your wallet names no account.", "Unlock it, allow this page an account, and connect again.");
  localStorage.setItem(CHOICE, chosen.info.rdns);
}

/** Forgets the wallet. */
export function disconnect(): void {
  localStorage.removeItem(CHOICE);
  leave();
  changed();
}

/** The accounts and the chain as the wallet has them now, which may be others than it has told. Throws `Refusal`. */
export async function lookAgain(): Promise<void> {
  if (connection === null) return;
  const { found: chosen } = connection;
  try {
    await take(chosen, "eth_accounts");
  } catch (error) {
    throw surelyNot(error) ?? new Refusal(`Your wallet does not answer: ${messageOf(error)}`, "Try again.");
  }
}

async function again(chosen: Found): Promise<void> {
  try {
    await take(chosen, "eth_accounts");
  } catch {
    // A wallet that does not answer is connected by hand.
  }
}

async function take(chosen: Found, method: string): Promise<void> {
  const accounts = await chosen.provider.request({ method });
  const first = accountOf(accounts);
  const on = first === null ? null : hexToNumber((await chosen.provider.request({ method: "eth_chainId" })) as Hex);
  if (connection?.found === chosen && connection.account === first && connection.chain === on) return;
  if (connection?.found !== chosen) leave();
  if (first === null || on === null) {
    leave();
  } else {
    if (connection === null) listen(chosen);
    connection = { found: chosen, account: first, chain: on, isLost: false };
  }
  changed();
}

function accountOf(accounts: unknown): Address | null {
  const first: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  return typeof first === "string" && isAddress(first, { strict: false }) ? getAddress(first) : null;
}

function listen(chosen: Found): void {
  heard = [
    ["accountsChanged", (accounts: never) => update((old) => ({ ...old, account: accountOf(accounts) ?? null }))],
    ["chainChanged", (id: never) => update((old) => ({ ...old, chain: Number(id), isLost: false }))],
    ["disconnect", () => update((old) => ({ ...old, isLost: true }))],
    ["connect", () => update((old) => ({ ...old, isLost: false }))],
  ];
  for (const [name, listener] of heard) chosen.provider.on?.(name, listener);
}

function update(change: (old: Connection) => Omit<Connection, "account"> & { account: Address | null }): void {
  if (connection === null) return;
  const { account: next, ...rest } = change(connection);
  if (next === null) leave();
  else connection = { ...rest, account: next };
  changed();
}

function leave(): void {
  for (const [name, listener] of heard) connection?.found.provider.removeListener?.(name, listener);
  heard = [];
  connection = null;
}

function changed(): void {
  document.dispatchEvent(new Event(CHANGED));
}
