// Salted hashes of what must not be on chain, made here alone and as workpact/sealing.py does it:
// keccak256(salt ‖ sha256(content)).

import type { Hex } from "viem";
import { bytesToHex, concat, keccak256, sha256 } from "viem/utils";
import { Refusal } from "./refusal";

/** What goes on chain, and what opens it. */
export interface Seal {
  salt: Hex;
  sha256: Hex;
  hash: Hex;
}

const UNSAVED = "workpact:seal:";

/** Seals bytes with a fresh salt. */
export function seal(content: Uint8Array): Seal {
  const salt = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const digest = sha256(content);
  return { salt, sha256: digest, hash: keccak256(concat([salt, digest])) };
}

/** Seals a file. Throws `Refusal` if it cannot be read. */
export async function sealFile(file: File): Promise<Seal> {
  try {
    return seal(new Uint8Array(await file.arrayBuffer()));
  } catch {
    throw new Refusal(`${file.name} cannot be read.`, "Choose it again: it may have moved or changed.");
  }
}

/** The name of the file that keeps a seal: eight digits of the content's SHA-256. */
export function sealName(of: string, made: Seal): string {
  return `${of}.${made.sha256.slice(2, 10)}.seal.json`;
}

/** That file's text. */
export function sealText(made: Seal): string {
  return `${JSON.stringify({ salt: made.salt, sha256: made.sha256, hash: made.hash }, null, 2)}\n`;
}

/** Hands the person the file to save. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Keeps a seal in this browser until its file was saved. */
export function keepUnsaved(name: string, made: Seal): void {
  localStorage.setItem(UNSAVED + name, sealText(made));
}

/** Seals whose files nobody has saved yet, by name. */
export function unsaved(): Map<string, string> {
  const names = Object.keys(localStorage).filter((each) => each.startsWith(UNSAVED));
  return new Map(names.map((each) => [each.slice(UNSAVED.length), localStorage.getItem(each)!]));
}

/** It is saved. */
export function saved(name: string): void {
  localStorage.removeItem(UNSAVED + name);
}
