// Loads and validates each dump on stdin with OpenZeppelin's library, makes its own tree of the same values, and says
// what it found: root, proofs, its own dump.
import { readFileSync } from 'node:fs'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'

const found = JSON.parse(readFileSync(0, 'utf8')).map((dump) => {
  const tree = StandardMerkleTree.load(dump)
  const own = StandardMerkleTree.of(dump.values.map(({ value }) => value), dump.leafEncoding)
  return { root: tree.root, proofs: dump.values.map((_, index) => tree.getProof(index)), dump: own.dump() }
})
process.stdout.write(JSON.stringify(found))
