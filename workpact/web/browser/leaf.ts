// The file that an employer gave to one worker: a wage or a grant with its proof. It is read here and goes nowhere.

import type { Hex } from "viem";
import { concat, encodeAbiParameters, keccak256 } from "viem/utils";
import { Refusal } from "./refusal";

const KINDS = {
  wage: { chainId: "uint256", payroll: "address", book: "bytes32", run: "uint256", worker: "uint256", amount: "uint256", salt: "bytes32" },
  grant: {
    chainId: "uint256",
    equity: "address",
    plan: "uint256",
    number: "uint256",
    index: "uint256",
    worker: "uint256",
    wallet: "address",
    units: "uint256",
    salt: "bytes32",
  },
} as const;
const SHAPES: Record<string, RegExp> = {
  uint256: /^(\d{1,78}|0x[0-9a-fA-F]{1,64})$/,
  address: /^0x[0-9a-fA-F]{40}$/,
  bytes32: /^0x[0-9a-fA-F]{64}$/,
};
/** Bytes of such a file. */
const MOST = 64 * 1024;

/** One leaf; numbers as decimal text. */
export interface Leaf {
  kind: keyof typeof KINDS;
  root: Hex;
  value: Record<string, string>;
  proof: Hex[];
}

/** The leaf of a file, if its proof leads to its own root. Throws `Refusal`. */
export async function read(file: File): Promise<Leaf> {
  if (file.size > MOST) throw wrong("It is too large to be one worker's.");
  let found: unknown;
  try {
    found = JSON.parse(await file.text());
  } catch {
    throw wrong("It is no JSON.");
  }
  const leaf = checked(found);
  if (rootOf(leaf) !== leaf.root) throw wrong("Its values do not lead to its root: something in it was changed.");
  return leaf;
}

function checked(found: unknown): Leaf {
  const { kind, root, value, proof, format } = (found ?? {}) as Record<string, unknown>;
  if (format !== undefined) throw wrong("This is the employer's file of all proofs.");
  if (kind === "payslip") throw wrong("This is a payslip: it shows what a wage is made of, and claims nothing.");
  if (kind !== "wage" && kind !== "grant") throw wrong("It is none.");
  const given = value as Record<string, unknown> | null;
  const values: Record<string, string> = {};
  for (const [name, type] of Object.entries(KINDS[kind])) {
    const text = String(given?.[name] ?? "");
    if (!SHAPES[type]!.test(text)) throw wrong(`Its ${name} is missing, or none.`);
    values[name] = type === "uint256" ? BigInt(text).toString() : text.toLowerCase();
  }
  const isWord = (each: unknown): each is Hex => typeof each === "string" && SHAPES["bytes32"]!.test(each);
  if (!isWord(root) || !Array.isArray(proof) || proof.length > 40 || !proof.every(isWord)) throw wrong("Its proof is damaged.");
  return { kind, root: root.toLowerCase() as Hex, value: values, proof };
}

function rootOf(leaf: Leaf): Hex {
  const types = Object.values(KINDS[leaf.kind]).map((type) => ({ type }));
  const values = Object.entries(KINDS[leaf.kind]).map(([name, type]) => {
    const text = leaf.value[name]!;
    return type === "uint256" ? BigInt(text) : text;
  });
  let hash = keccak256(keccak256(encodeAbiParameters(types, values as never)));
  for (const each of leaf.proof) {
    const sibling = each.toLowerCase() as Hex;
    hash = keccak256(concat(hash < sibling ? [hash, sibling] : [sibling, hash]));
  }
  return hash;
}

function wrong(why: string): Refusal {
  return new Refusal(`This is no proof of a wage or a grant. ${why}`, "Choose the file that your employer gave to you alone.");
}
