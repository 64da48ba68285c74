// A proposal as it travels: in the fragment of a link, which browsers send to no server, or in a file.

import { Refusal } from "./refusal";

export interface Signature {
  signer: string;
  signature: string;
}

/** What both sign to end at once (SPEC.md 4.6): smallest units, Unix seconds, as decimal text. */
export interface Closing {
  origin: string;
  id: string;
  held: string;
  toContractor: string;
  deadline: string;
}

/** A document or a closing with the signatures over it so far; `chain` and `agreement` say for which deployment. */
export interface Proposal {
  document?: string;
  closing?: Closing;
  signatures: Signature[];
  permit?: string;
  chain?: number;
  agreement?: string;
}

/** Bytes of a proposal, unpacked. */
const LONGEST = 1_000_000;

/** The fragment of a proposal's link, without the #. */
export async function fragment(proposal: Proposal): Promise<string> {
  const packed = await through(
    new TextEncoder().encode(JSON.stringify(proposal)),
    new CompressionStream("deflate-raw"),
  );
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return `p=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The proposal of a fragment; null if it holds none. Throws `Refusal` for one that is damaged. */
export async function fromFragment(text: string): Promise<Proposal | null> {
  const found = /^#?p=([A-Za-z0-9_-]*)$/.exec(text);
  if (found === null) return null;
  try {
    const bytes = Uint8Array.from(
      atob(found[1]!.replaceAll("-", "+").replaceAll("_", "/")),
      (each) => each.charCodeAt(0),
    );
    return fromText(
      new TextDecoder("utf-8", { fatal: true }).decode(await through(bytes, new DecompressionStream("deflate-raw"))),
    );
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      "This link is damaged: a part of it is missing or changed.",
      "Ask for it again, or for the proposal's file.",
    );
  }
}

/** The proposal in a file, or the agreement file itself as one that nobody has signed. Throws `Refusal`. */
export function fromText(text: string): Proposal {
  if (!text.trimStart().startsWith("{")) return { document: text, signatures: [] };
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Refusal(
      "This file is no proposal and no agreement file.",
      "Choose the file that was saved from this page.",
    );
  }
  const made = read as Partial<Proposal>;
  const isSigned = (each: unknown) =>
    typeof (each as Signature)?.signer === "string" && typeof (each as Signature)?.signature === "string";
  const holds = typeof made.document === "string" || made.closing !== undefined;
  if (!holds || !Array.isArray(made.signatures) || !made.signatures.every(isSigned))
    throw new Refusal("This holds no document with signatures.", "Choose the file that was saved from this page.");
  return made as Proposal;
}

/** The same proposal with one more signature. */
export function signedBy(proposal: Proposal, signer: string, signature: string): Proposal {
  const others = proposal.signatures.filter((each) => each.signer.toLowerCase() !== signer.toLowerCase());
  return { ...proposal, signatures: [...others, { signer, signature }] };
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(
    stream as ReadableWritablePair<Uint8Array,
    BufferSource>,
  ).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > LONGEST) throw new Refusal("This proposal is too large.", "No document needs a million letters.");
    parts.push(new Uint8Array(part.value));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
