// What a worker's page knows, and what came of a transaction in words.

import type { Address, Hex } from "viem";
import { money } from "./inputs";
import type { Happened } from "./relaying";

export interface Token {
  symbol: string | null;
  decimals: number | null;
}

export interface Posting {
  book: Hex;
  run: string;
  employer: Address;
  root: Hex;
  left: string;
  opens: number;
  workers: string[];
  token: Address;
}

/** The server's part as data; numbers as decimal text. */
export interface Worker {
  chain: number;
  now: number;
  wallet: Address;
  equity: Address;
  payroll: Address | null;
  seats: { manager: Address; worker: string }[];
  claims: string[];
  syncs: string[];
  revenue: { pool: string; worker: string }[];
  owed: Address[];
  postings: Posting[];
  /** The names of worker tokens and currencies, by pool. */
  pools: Record<string, { symbol: string | null; currency: Address | null }>;
  tokens: Record<string, Token>;
  /** The currency of each payroll's book. */
  books: Record<string, Address>;
}

/** An amount of a token. */
export function amount(data: Worker, token: Address | null | undefined, units: bigint): string {
  const known = token ? data.tokens[token] : undefined;
  return known?.symbol && known.decimals !== null ? `${money(units, known.decimals)} ${known.symbol}` : `${units} units`;
}

/** Worker tokens. */
export function shares(data: Worker, pool: string, units: bigint): string {
  return `${money(units, 6)} ${data.pools[pool]?.symbol ?? "worker tokens"}`;
}

/** One sentence for each event that says something to the worker. */
export function told(data: Worker, events: Happened[]): string[] {
  return events.map(({ name, of }) => sentence(data, name, of)).filter((each) => each !== "");
}

function sentence(data: Worker, name: string, of: Record<string, unknown>): string {
  const units = (key: string) => of[key] as bigint;
  const pool = String(of["pool"] ?? "");
  const currency = data.pools[pool]?.currency;
  switch (name) {
    case "GateRaised":
      return `Counted for plan ${of["plan"]}: ${units("accepted")} milestones and ${units("met")} periods.`;
    case "Claimed":
      return (
        `Grant ${of["grant"]}: ${shares(data, pool, units("units"))} minted` +
        (units("revenue") > 0n ? ` and ${amount(data, currency, units("revenue"))} of revenue paid` : "") +
        ` to ${of["wallet"]}.`
      );
    case "Booked":
      return currency ? `The currency refused the wallet: ${amount(data, currency, units("amount"))} wait for it.` : "";
    case "RevenueWithdrawn":
      return `${amount(data, currency, units("amount"))} of revenue paid to ${of["wallet"]}.`;
    case "WageClaimed":
      return `Run ${of["run"]}: ${amount(data, data.books[String(of["book"])], units("amount"))} paid to ${of["wallet"]}.`;
    case "Withdrawn":
      return `${amount(data, of["token"] as Address, units("amount"))} paid to ${of["to"]}.`;
    case "GrantAccepted":
      return `Grant ${of["grant"]} is accepted: ${money(units("units"), 6)} worker tokens for worker ${of["worker"]}.`;
    case "WalletSet":
      return `The wallet of worker ${of["worker"]} is ${of["wallet"]} from now on.`;
    case "WalletVetoed":
      return `The proposal of ${of["wallet"]} is void.`;
    default:
      return "";
  }
}
