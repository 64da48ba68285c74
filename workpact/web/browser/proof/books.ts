// Which books a record has to have (SPEC.md 13.1), by the documents that were signed: none can be left out.

import type { Address, Hex } from "viem";
import { encodeAbiParameters, hashStruct, hashTypedData, keccak256, padHex, toEventSelector } from "viem/utils";
import { abiOf } from "../encoding";
import { Finding, type Book, type Emitted, type Given, type SignedTypes } from "./given";

const NOBODY = padHex("0x", { size: 20 });
const NONE = padHex("0x", { size: 32 });
const AMENDED = selector("Agreement", "Amended");
const REPLACED = selector("SLAOracle", "DocumentReplaced");

type Name = Pick<Book, "contract" | "address" | "key">;

/** Throws `Finding` unless the documents are those that were signed, in the order they came into force. */
export function checkDocuments(given: Given): void {
  const own = given.books.filter((each) => each.contract === "Agreement" && same(each.address, given.agreement));
  const amended = own.flatMap((each) => each.events).filter((each) => each.topics[0] === AMENDED);
  const ids = [given.origin, ...amended.map((each) => each.topics[2])];
  const found = given.documents.map((each) => idOf(given, each));
  if (found.length !== ids.length || found.some((id, index) => id !== ids[index]))
    throw new Finding(
      "Other documents",
      "The terms that the server gave do not hash to what both sides signed: it cannot be told which books there are.",
    );
}

/** Throws `Finding` unless the books given are those that the documents lead to, each once. */
export function checkBooks(given: Given): void {
  const wanted = new Set(booksOf(given).map(written));
  const found = given.books.map(written);
  const foreign = given.books.find((each) => !wanted.delete(written(each)));
  if (foreign !== undefined)
    throw new Finding(
      "Another agreement's book",
      `${foreign.contract} ${foreign.address} has no book ${foreign.key} of this agreement.`,
    );
  const [missing] = wanted;
  if (missing !== undefined || new Set(found).size !== found.length)
    throw new Finding("A book is missing", `The server left out all events of a book of the record: ${missing}.`);
}

function booksOf(given: Given): Name[] {
  const { agreement, origin } = given;
  const terms = given.documents.map((each) => each.message);
  const parties = distinct(terms.flatMap((each) => [each.deal.client, each.deal.contractor]));
  const found: Name[] = [{ contract: "Agreement", address: agreement, key: origin }, ...services(given)];
  for (const equity of distinct(terms.map((each) => each.annex.conditions.equity.equity)))
    for (const who of parties) {
      found.push({ contract: "WorkerEquity", address: equity, key: partyKey(agreement, origin, who) });
      found.push({ contract: "WorkerEquity", address: equity, key: partyKey(NOBODY, NONE, who) });
    }
  const { payroll, room, talent } = given.named;
  if (payroll !== null) {
    const keys = parties.map((who) => partyKey(agreement, origin, who));
    found.push(...keys.map((key) => ({ contract: "Payroll", address: payroll, key })));
  }
  const key = keccak256(encodeAbiParameters([{ type: "address" }, { type: "bytes32" }], [agreement, origin]));
  if (room !== null) found.push({ contract: "DataRoom", address: room, key });
  if (talent !== null) found.push({ contract: "TalentRegistry", address: talent, key });
  return found;
}

/** The oracles' books: of a service document that replaced another, the other's. */
function services(given: Given): Name[] {
  const served = given.books.filter((each) => each.contract === "SLAOracle");
  const replaced = served.flatMap((book) =>
    book.events.filter((each) => each.topics[0] === REPLACED).map((each) => [book.address, each] as const),
  );
  const found = new Map<string, Name>();
  for (const document of given.documents) {
    const oracle = document.message.annex.conditions.billing.oracle;
    if (oracle === NOBODY) continue;
    const hash = serviceHash(document);
    const [moved] = replaced.filter(([address, each]) => same(address, oracle) && newDocument(each) === hash).slice(-1);
    const key = moved?.[1].topics[3] ?? threeWords("bytes32", given.agreement, given.origin, hash);
    const name = { contract: "SLAOracle", address: oracle, key };
    found.set(written(name), name);
  }
  return [...found.values()];
}

function idOf(given: Given, document: SignedTypes): Hex | null {
  const domain = { name: "Workpact", version: "1", chainId: given.chain, verifyingContract: given.agreement };
  const { types, message } = document;
  return quietly(() => hashTypedData({ domain, types, primaryType: "Agreement", message: message as never }));
}

function serviceHash({ types, message }: SignedTypes): Hex {
  return hashStruct({ types, primaryType: "Service", data: message.annex.conditions.service });
}

function newDocument(event: Emitted): Hex {
  return `0x${event.data.slice(66, 130)}`;
}

function partyKey(agreement: Address, origin: Hex, who: Address): Hex {
  return threeWords("address", agreement, origin, who);
}

function threeWords(kind: "address" | "bytes32", agreement: Address, origin: Hex, last: Hex): Hex {
  const types = [{ type: "address" }, { type: "bytes32" }, { type: kind }];
  return keccak256(encodeAbiParameters(types, [agreement, origin, last]));
}

function distinct(addresses: Address[]): Address[] {
  const found = new Map(addresses.map((each) => [each.toLowerCase(), each]));
  found.delete(NOBODY);
  return [...found.values()];
}

function written(book: Name): string {
  return `${book.contract} ${book.address.toLowerCase()} ${book.key}`;
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function selector(contract: string, name: string): Hex {
  for (const each of abiOf(contract)) if (each.type === "event" && each.name === name) return toEventSelector(each);
  throw new Error(`${contract} has no event ${name}.`);
}

function quietly<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
