import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { NewEvent } from './event.js';

/**
 * The canonical bytes of an event: RFC 8785 over `{ v, stream, revision, id, type, data, meta }`. It contains sealed
 * fields as envelopes, so the leaf is still valid after their erasure.
 */
export const leafOf = (stream: string, revision: bigint, event: NewEvent): string => {
  const leaf = canonicalize({
    v: 1,
    stream,
    revision: Number(revision),
    id: event.eventId,
    type: event.type,
    data: event.data,
    meta: event.metadata,
  });
  if (leaf === undefined) throw new TypeError('an event has no canonical form');
  return leaf;
};

/** RFC 6962 §2.1 leaf hash: SHA-256(0x00 || leaf). 32 bytes. */
export const leafHashOf = (leaf: string): Buffer => hash('sha256', `\u0000${leaf}`, 'buffer');
