import { createHash } from 'node:crypto';

/** Root of the empty tree, RFC 6962 §2.1. */
export const emptyRoot: Buffer = createHash('sha256').digest();

const nodePrefix = Buffer.from([1]);

/** SHA-256(0x01 || left || right): never the hash of a leaf. */
export const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(nodePrefix).update(left).update(right).digest();

/** Root of a range whose complete subtrees are `hashes`, the largest first. */
export const rootOfSubtrees = (hashes: readonly Buffer[]): Buffer =>
  hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right));
