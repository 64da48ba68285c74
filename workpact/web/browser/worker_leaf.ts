// What a worker's own file claims: a posted wage, or an offered grant.

import { isAddressEqual } from "viem/utils";
import type { Address, Hex } from "viem";
import { encoded } from "./encoding";
import type { Leaf } from "./leaf";
import { Refusal } from "./refusal";
import { relayer } from "./relaying";
import { signTypedData } from "./signing";
import { account } from "./wallet";
import type { Act } from "./worker";
import { consent } from "./worker_seat";
import { amount, type Worker } from "./worker_words";
import { money } from "./inputs";

const OFFER = ["plan", "number", "book", "manager", "roster", "root", "units", "first", "count", "from", "until", "round"];
const ACCEPT = [
  { name: "manager", type: "address" },
  { name: "worker", type: "uint256" },
  { name: "plan", type: "uint256" },
  { name: "offer", type: "uint256" },
  { name: "index", type: "uint256" },
  { name: "units", type: "uint256" },
];

/** What a leaf is, and what can be done with it; null if nothing now. Throws `Refusal` if it is not this wallet's. */
export async function byLeaf(data: Worker, leaf: Leaf): Promise<{ words: string; act: Act | null }> {
  if (leaf.value["chainId"] !== String(data.chain)) throw foreign(`It is for chain ${leaf.value["chainId"]}.`);
  return leaf.kind === "wage" ? wage(data, leaf) : grant(data, leaf);
}

function wage(data: Worker, leaf: Leaf): { words: string; act: Act | null } {
  const { payroll, book, run, worker, amount: units, salt } = leaf.value as Record<string, string>;
  if (data.payroll === null || !isAddressEqual(payroll as Address, data.payroll)) throw foreign("It is of another payroll.");
  const posting = data.postings.find((each) => each.book === book && each.run === run);
  if (posting === undefined || !posting.workers.includes(worker!))
    throw foreign(`Run ${run} has nothing open for worker ${worker} of this wallet: claimed already, taken back, or another's.`);
  if (posting.root !== leaf.root) throw foreign("The run has another root.");
  const what = `${amount(data, posting.token, BigInt(units!))} for worker ${worker}, run ${run}`;
  if (posting.opens > data.now) return { words: `${what}: it can be claimed later, see above.`, act: null };
  const call = encoded("Payroll", "claim", [book!, [[run!, worker!, units!, salt!, leaf.proof]]]);
  const made = { contract: "Payroll" as const, to: data.payroll, data: call, label: `Claim the wage of run ${run}` };
  return { words: `${what}. It is paid to this wallet, whoever sends it.`, act: { label: "Claim this wage", calls: async () => [made] } };
}

async function grant(data: Worker, leaf: Leaf): Promise<{ words: string; act: Act | null }> {
  const { equity, plan, number, index, worker, wallet, units } = leaf.value as Record<string, string>;
  if (!isAddressEqual(equity as Address, data.equity)) throw foreign("It is of another worker equity.");
  const offer = await offered(plan!, number!);
  if (offer["root"] !== leaf.root) throw foreign("The offer has another root.");
  const isSeat = data.seats.some((each) => each.worker === worker && isAddressEqual(each.manager, offer["manager"] as Address));
  if (!isSeat && !isAddressEqual(wallet as Address, data.wallet)) throw foreign("It is for another wallet.");
  const what = `${money(BigInt(units!), 6)} worker tokens for worker ${worker}, by plan ${plan}`;
  if (Number(offer["from"]) > data.now || Number(offer["until"]) < data.now)
    return { words: `${what}: they are not open to be accepted now.`, act: null };
  const accepted = { manager: offer["manager"]!, worker: worker!, plan: plan!, offer: number!, index: index!, units: units! };
  const calls = async () => [await acceptance(data, leaf, offer, accepted)];
  return { words: `${what}. Accepting them takes a signature of this wallet, and no gas of it.`, act: { label: "Accept this grant", calls } };
}

async function acceptance(data: Worker, leaf: Leaf, offer: Record<string, string>, accepted: Record<string, string>) {
  const who = account();
  if (who === null || !isAddressEqual(who, data.wallet))
    throw new Refusal(`Only ${data.wallet} can accept it.`, "Connect that wallet at the top of the page.");
  const own = relayer() === null;
  const signature: Hex = own ? "0x" : await signTypedData(consent(data, "Accept", ACCEPT, accepted));
  const { index, worker, wallet, units, salt } = leaf.value as Record<string, string>;
  const given = [index!, worker!, wallet!, units!, salt!, leaf.proof, signature];
  const call = encoded("WorkerEquity", "accept", [OFFER.map((name) => offer[name]!), [given]]);
  return { contract: "WorkerEquity" as const, to: data.equity, data: call, label: "Accept the grant" };
}

async function offered(plan: string, number: string): Promise<Record<string, string>> {
  const answer = await fetch(`/offer/${plan}/${number}.json`);
  if (!answer.ok) throw foreign("There is no such offer any more: it is closed.");
  return (await answer.json()) as Record<string, string>;
}

function foreign(why: string): Refusal {
  return new Refusal(`This file claims nothing here. ${why}`, "Open the page of the wallet that it is for, or ask your employer.");
}
