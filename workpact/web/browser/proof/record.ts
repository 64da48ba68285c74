// The proof of a record (SPEC.md 16.9): header to hash, state to words, events to words.

import type { Hex } from "viem";
import { bytesToHex, hexToBytes, keccak256, numberToBytes, padHex, toHex } from "viem/utils";
import { checkBooks, checkDocuments } from "./books";
import { Finding, type Book, type Emitted, type Given } from "./given";
import { Broken, Nodes, bytes, list } from "./trie";

/** Where each contract keeps the words of its books: mapping(bytes32 => bytes32). */
const SLOTS: Record<string, number> = {
  Agreement: 4,
  SLAOracle: 3,
  WorkerEquity: 4,
  Payroll: 5,
  DataRoom: 7,
  TalentRegistry: 2,
};
const STATE_ROOT = 3;
const NUMBER = 8;
const TIMESTAMP = 11;
const AT_ONCE = 500;

/** Proves all that was given, or throws the first `Finding`; gives each event's hash by book and number. */
export async function prove(given: Given, told: (done: number) => void): Promise<Hex[][]> {
  const root = stateRoot(given);
  const words = wordsOf(given, root);
  const hashes: Hex[][] = [];
  let done = 0;
  for (const [index, book] of given.books.entries()) {
    const [word, own] = await recomputed(book, (count) => told(done + count));
    done += book.events.length;
    hashes.push(own);
    if (word !== words[index])
      throw new Finding(
        "Events are missing, added, edited or in another order",
        `The ${book.events.length} events that the server gave of ${book.contract} ${book.address} make another ` +
          "history than the contract holds.",
      );
  }
  checkDocuments(given);
  checkBooks(given);
  return hashes;
}

/** keccak256(topics ‖ data), what the history links (SPEC.md 10.1). */
function hashOf(event: Emitted): Hex {
  return keccak256(`0x${event.topics.map((each) => each.slice(2)).join("")}${event.data.slice(2)}`);
}

function stateRoot(given: Given): Hex {
  const { block, header } = given;
  const fields = quietly(() => list(header));
  const root = fields?.[STATE_ROOT];
  const isSame = fields?.[NUMBER] === count(block.number) && fields[TIMESTAMP] === count(block.timestamp);
  if (!isSame || keccak256(header) !== block.hash || typeof root !== "string")
    throw new Finding(
      "Another header",
      `The header that the server gave is not that of block ${block.number}, ${block.hash}.`,
    );
  return root;
}

function wordsOf(given: Given, root: Hex): Hex[] {
  const nodes = new Nodes(given.nodes);
  return given.books.map((book) => {
    const word = quietly(() => wordOf(nodes, root, book));
    if (word === null)
      throw new Finding(
        "A broken proof",
        `The server's proof of what ${book.contract} ${book.address} holds leads nowhere.`,
      );
    if (word !== book.word)
      throw new Finding(
        "Another word",
        `${book.contract} ${book.address} holds ${word} for book ${book.key}, not ${book.word}, as the server says.`,
      );
    return word;
  });
}

function wordOf(nodes: Nodes, root: Hex, book: Book): Hex {
  const slot = SLOTS[book.contract];
  if (slot === undefined) throw new Broken(`There is no contract named ${book.contract}.`);
  const account = nodes.value(root, book.address.toLowerCase() as Hex);
  const storage = account === null ? undefined : list(account)[2];
  if (typeof storage !== "string") throw new Broken(`The state has no contract ${book.address}.`);
  const found = nodes.value(storage, keccak256(`${book.key}${padHex(toHex(slot), { size: 32 }).slice(2)}`));
  return padHex(found === null ? "0x" : bytes(found), { size: 32 });
}

/** The word after all events of a book, and their hashes; gives way to the page now and then. */
async function recomputed(book: Book, told: (done: number) => void): Promise<[Hex, Hex[]]> {
  const link = new Uint8Array(96);
  const hashes: Hex[] = [];
  for (const [index, event] of book.events.entries()) {
    const hash = hashOf(event);
    hashes.push(hash);
    link.set(numberToBytes(event.time, { size: 32 }), 32);
    link.set(hexToBytes(hash), 64);
    link.set(keccak256(link, "bytes"), 0);
    if (index % AT_ONCE === AT_ONCE - 1) {
      told(index + 1);
      await new Promise((resume) => setTimeout(resume));
    }
  }
  return [bytesToHex(link.subarray(0, 32)), hashes];
}

/** A number as RLP has it. */
function count(value: number): Hex {
  if (value === 0) return "0x";
  const digits = value.toString(16);
  return `0x${digits.length % 2 === 1 ? "0" : ""}${digits}`;
}

function quietly<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof Broken) return null;
    throw error;
  }
}
