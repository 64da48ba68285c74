// The page's own rows against what was proved: a row is what a contract emitted, and none is left out.

import type { Hex } from "viem";
import { toEventSelector } from "viem/utils";
import { abiOf } from "../encoding";
import { Finding, type Emitted, type Given } from "./given";

/** A proved event, and the contract that emitted it. */
export interface ProvedEvent {
  contract: string;
  hash: Hex;
  event: Emitted;
}

/** Proved events by contract, time and hash; several may be the same in all of it. */
export type ProvedEvents = Map<string, ProvedEvent[]>;

/** All events that were proved, as rows name them. */
export function provedEvents(given: Given, hashes: Hex[][]): ProvedEvents {
  const found: ProvedEvents = new Map();
  for (const [index, { contract, address, events }] of given.books.entries())
    for (const [number, event] of events.entries()) {
      const hash = hashes[index]![number]!;
      const name = `${address.toLowerCase()} ${event.time} ${hash}`;
      found.set(name, [...(found.get(name) ?? []), { contract, hash, event }]);
    }
  return found;
}

/** The proved event that a row says it is. */
export function ofRow(row: HTMLElement, proved: ProvedEvents): ProvedEvent | undefined {
  const { address, time, event } = row.dataset;
  return proved.get(`${address?.toLowerCase()} ${time} ${event}`)?.[0];
}

/** Throws `Finding` unless each row is a proved event and the list has all that it should until `now`, its newest. */
export function checkRows(list: HTMLElement, proved: ProvedEvents, events: number, now: number): void {
  const rows = rowsOf(list);
  for (const row of rows) {
    const found = ofRow(row, proved);
    const { contract, kind, block } = row.dataset;
    const selector = selectorOf(contract ?? "", kind ?? "");
    if (found === undefined || found.contract !== contract || found.event.topics[0] !== selector)
      throw new Finding(
        "A row of this page is not proved",
        `What it says of block ${block} is not what the contract emitted. Do not rely on this server: ask another.`,
      );
  }
  checkWhole(list, rows, [...proved.values()].flat(), events, now);
}

/** The rows of a timeline. */
export function rowsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > li")];
}

/** A page without filter has every event between its oldest and newest row; the first and last one all beyond too. */
function checkWhole(list: HTMLElement, rows: HTMLElement[], proved: ProvedEvent[], events: number, now: number): void {
  const times = proved.map((each) => each.event.time).filter((time) => time <= now);
  if (times.length !== events)
    throw new Finding(
      "This page has another number of events",
      `It says ${events}; until then the contracts emitted ${times.length}. Do not rely on this server.`,
    );
  if (list.dataset["whole"] !== "1") return;
  const shown = rows.map((row) => Number(row.dataset["time"]));
  const newest = list.dataset["newest"] === "1" ? Infinity : Math.max(...shown);
  const oldest = list.dataset["oldest"] === "1" ? -Infinity : Math.min(...shown);
  const isBetween = (time: number) => oldest < time && time < newest;
  if (times.filter(isBetween).length !== shown.filter(isBetween).length)
    throw new Finding(
      "A row is missing",
      "This page leaves out an event that a contract emitted, or has one twice. Do not rely on this server.",
    );
}

function selectorOf(contract: string, name: string): Hex | null {
  const found = abiOf(contract).find((each) => each.type === "event" && each.name === name);
  return found?.type === "event" ? toEventSelector(found) : null;
}
