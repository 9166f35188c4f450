import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Hex SHA-256 over the RFC 8785 form of a JSON value. */
export const canonicalDigest = (value: unknown): string =>
  createHash('sha256')
    .update(canonicalize(value) ?? '', 'utf8')
    .digest('hex');
