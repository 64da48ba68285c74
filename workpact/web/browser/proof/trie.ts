// Merkle-Patricia tries as Ethereum has them: what is under a key, by nodes whose hashes lead there from the root.

import type { Hex } from "viem";
import { fromRlp, hexToBytes, keccak256 } from "viem/utils";

type Item = Hex | readonly Item[];

const EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const NOTHING = "0x";
const DEEPEST = 130;

/** The nodes do not show what they should. */
export class Broken extends Error {}

/** Nodes of any tries, found by their own hashes and no other way. */
export class Nodes {
  private readonly byHash: Map<Hex, Hex>;

  constructor(given: readonly Hex[]) {
    this.byHash = new Map(given.map((each) => [keccak256(each), each]));
  }

  /** What a trie has under the hash of a key; null if it is shown to have nothing. Throws `Broken`. */
  value(root: Hex, key: Hex): Hex | null {
    if (root === EMPTY_ROOT) return null;
    const way = nibbles(hexToBytes(keccak256(key)));
    let node = this.node(root);
    for (let at = 0, depth = 0; depth < DEEPEST; depth++) {
      let next: Item;
      if (node.length === 17) {
        if (at === way.length) return leaf(node[16]!);
        next = node[way[at]!]!;
        at += 1;
      } else if (node.length === 2) {
        const { path, isLeaf } = pathOf(node[0]!);
        if (path.some((nibble, index) => nibble !== way[at + index])) return null;
        at += path.length;
        if (isLeaf) return at === way.length ? leaf(node[1]!) : null;
        next = node[1]!;
      } else {
        throw new Broken("A node of a trie has neither 2 nor 17 parts.");
      }
      if (next === NOTHING) return null;
      node = typeof next === "string" ? this.node(next) : next;
    }
    throw new Broken("A trie is deeper than any key is long.");
  }

  private node(hash: Hex): readonly Item[] {
    const found = this.byHash.get(hash);
    if (found === undefined) throw new Broken(`The node with the hash ${hash} is missing, or is another.`);
    return list(found);
  }
}

/** The parts of something that RLP has as a list. Throws `Broken`. */
export function list(raw: Hex): readonly Item[] {
  const found = read(raw);
  if (typeof found === "string") throw new Broken("What stands for a list is none.");
  return found;
}

/** The bytes that RLP has. Throws `Broken`. */
export function bytes(raw: Hex): Hex {
  return leaf(read(raw));
}

function read(raw: Hex): Item {
  try {
    return fromRlp(raw, "hex") as Item;
  } catch {
    throw new Broken("What stands for a node is no RLP.");
  }
}

function leaf(item: Item): Hex {
  if (typeof item !== "string") throw new Broken("What stands for a value is a list.");
  return item;
}

function nibbles(key: Uint8Array): number[] {
  return [...key].flatMap((each) => [each >> 4, each & 15]);
}

/** Hex-prefix encoding: the first nibble says whether it is a leaf, and whether the path's length is odd. */
function pathOf(item: Item): { path: number[]; isLeaf: boolean } {
  const all = nibbles(hexToBytes(leaf(item)));
  const flag = all[0];
  if (flag === undefined || flag > 3) throw new Broken("A node of a trie has no path.");
  return { path: all.slice(flag % 2 === 1 ? 1 : 2), isLeaf: flag >= 2 };
}
