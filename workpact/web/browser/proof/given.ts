// What the server gives to be checked. Nothing of it is believed; what is not in this form is no proof.

import type { Address, Hex } from "viem";
import { isAddress, isHex } from "viem/utils";

/** Something does not hold: what, by a short name, and in words. */
export class Finding extends Error {
  constructor(
    readonly title: string,
    message: string,
  ) {
    super(message);
  }
}

/** An event as it was emitted. */
export interface Emitted {
  time: number;
  topics: Hex[];
  data: Hex;
}

export interface Book {
  contract: string;
  address: Address;
  key: Hex;
  word: Hex;
  events: Emitted[];
}

export interface SignedTypes {
  types: Record<string, { name: string; type: string }[]>;
  message: Terms;
}

/** What of a document leads to its books. */
export interface Terms {
  deal: { client: Address; contractor: Address };
  annex: { conditions: Conditions };
}

interface Conditions {
  billing: { oracle: Address };
  equity: { equity: Address };
  service: Record<string, unknown>;
}

export interface Given {
  chain: number;
  agreement: Address;
  origin: Hex;
  block: { number: number; hash: Hex; timestamp: number };
  header: Hex;
  documents: SignedTypes[];
  named: { payroll: Address | null; room: Address | null; talent: Address | null };
  books: Book[];
  nodes: Hex[];
}

const FORMAT = "workpact-proof/1";

/** The server's answer in its form. Throws `Finding`. */
export function readGiven(value: unknown): Given {
  const given = value as Given & { format?: unknown };
  const isGood =
    isObject(given) &&
    given.format === FORMAT &&
    isCount(given.chain) &&
    isAddress(given.agreement, { strict: false }) &&
    isWord(given.origin) &&
    isObject(given.block) &&
    isCount(given.block.number) &&
    isCount(given.block.timestamp) &&
    isWord(given.block.hash) &&
    isBytes(given.header) &&
    isObject(given.named) &&
    [given.named.payroll, given.named.room, given.named.talent].every(
      (each) => each === null || isAddress(each, { strict: false }),
    ) &&
    isList(given.documents, (each) => isObject(each) && isObject(each.types) && isObject(each.message)) &&
    isList(given.nodes, isBytes) &&
    isList(given.books, isBook);
  if (!isGood) throw new Finding("No proof", "What the server gave is not in the form of a proof.");
  return given;
}

function isBook(value: Book): boolean {
  return (
    isObject(value) &&
    typeof value.contract === "string" &&
    isAddress(value.address, { strict: false }) &&
    isWord(value.key) &&
    isWord(value.word) &&
    isList(value.events, isEmitted)
  );
}

function isEmitted(value: Emitted): boolean {
  return isObject(value) && isCount(value.time) && isList(value.topics, isWord) && isBytes(value.data);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isList<T>(value: T[], isGood: (each: T) => boolean): boolean {
  return Array.isArray(value) && value.every(isGood);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isBytes(value: unknown): boolean {
  return isHex(value) && value.length % 2 === 0;
}

function isWord(value: unknown): boolean {
  return isHex(value) && value.length === 66;
}
