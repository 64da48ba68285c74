// What a proof comes to, in words: what is proved, by whose word, what not; each event as the browser reads it.

import type { Hex } from "viem";
import { decodeEventLog } from "viem/utils";
import { element } from "../elements";
import { abiOf } from "../encoding";
import type { Finding, Given } from "./given";
import type { ProvedEvent } from "./rows";

/** Whose word the block hash is. */
export type Source = "wallet" | "typed" | "server";

const WORDS: Record<Source, [string, string]> = {
  wallet: ["your wallet's own node", ": it has the same block."],
  typed: ["yours", ": you typed it in."],
  server: [
    "this server's alone",
    ". Connect a wallet, or type in the hash that a source you trust has for the block.",
  ],
};
const COVERED = [
  "Proved: time, contract, kind and content of each event, and that both sides signed what leads to these books.",
  "Not proved here: in which transaction an event came and who sent that; a bundle with receipts does " +
    "(ape run audit export --receipts).",
  "The sentences are the server's. “As emitted” below each has what this browser reads from the chain's bytes.",
];

/** That all holds, and what it rests on. */
export function proved(given: Given, count: number, milliseconds: number, whom: Source): HTMLElement[] {
  const { block, books } = given;
  const [whose, rest] = WORDS[whom];
  const source = element("span", { id: "proof-source" }, element("strong", {}, whose), rest);
  return [
    element(
      "div",
      { class: whom === "server" ? "notice" : "notice good", id: "proof-good" },
      element(
        "p",
        {},
        element("strong", {}, `${events(count)} proved in this browser`),
        ` in ${milliseconds.toLocaleString("en")} ms: each was emitted by its contract, and of the ${books.length} ` +
          "books none is left out, added, edited or in another order.",
      ),
      element("p", {}, `It rests on the hash of block ${block.number}, `, mono(block.hash), "."),
      element("p", {}, "Whose word that is: ", source),
    ),
    element(
      "details",
      {},
      element("summary", {}, "What that covers, and what not"),
      element("ul", { class: "small" }, ...limits(given).map((each) => element("li", {}, each))),
    ),
  ];
}

/** That something does not. */
export function refuted(found: Finding): HTMLElement {
  return element(
    "div",
    { class: "notice bad", id: "proof-bad" },
    element("p", {}, element("strong", {}, `${found.title}.`), ` ${found.message}`),
    element("p", {}, "Nothing on this page is proved."),
  );
}

/** The event as this browser reads it; made when it is opened. */
export function emitted(found: ProvedEvent): HTMLElement {
  const made = element("details", { class: "emitted small" }, element("summary", {}, "As emitted"));
  made.addEventListener("toggle", () => {
    if (made.open && made.children.length === 1) made.append(read(found));
  });
  return made;
}

/** So many events. */
export function events(count: number): string {
  return count === 1 ? "1 event" : `${count.toLocaleString("en")} events`;
}

function limits({ books, named }: Given): string[] {
  const addresses = new Set(books.map((each) => `${each.contract} ${each.address}`));
  const silent = Object.entries(named).flatMap(([name, address]) => (address === null ? [name] : []));
  return [
    ...COVERED,
    `The contracts are those at these addresses, which the server names: ${[...addresses].join(", ")}.`,
    ...silent.map((each) => `No contract is named for the ${each}: nothing is said of it.`),
  ];
}

function read({ contract, event, hash }: ProvedEvent): HTMLElement {
  const topics = event.topics as [Hex, ...Hex[]];
  const { eventName, args } = decodeEventLog({ abi: abiOf(contract), topics, data: event.data });
  const fields = Object.entries((args ?? {}) as Record<string, unknown>);
  return element(
    "dl",
    { class: "facts" },
    ...pair("event", `${contract} ${eventName}`),
    ...fields.flatMap(([name, value]) => pair(name, text(value))),
    ...pair("hash", hash),
  );
}

function pair(name: string, value: string): HTMLElement[] {
  return [element("dt", {}, name), element("dd", { class: "mono" }, value)];
}

function text(value: unknown): string {
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));
}

function mono(value: string): HTMLElement {
  return element("code", { class: "mono" }, value);
}
