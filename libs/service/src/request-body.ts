import { isUtf8 } from 'node:buffer';
import { DomainError } from '@dittoo/kernel';

const deepest = 20;
/** Fields and items together. The largest body a route takes has some hundreds; validation costs time for each. */
const mostValues = 5_000;

/**
 * JSON in UTF-8 -> value, refusing what PostgreSQL cannot store (NUL, lone surrogates), prototype keys, and more values
 * than any route takes. Bytes that are no UTF-8 are refused, not replaced by other characters.
 */
export const parseBody = (bytes: Buffer | string): unknown => {
  let value: unknown;
  if (typeof bytes !== 'string' && !isUtf8(bytes)) throw new DomainError('invalid-characters');
  const text = typeof bytes === 'string' ? bytes : bytes.toString('utf8');
  try {
    value = JSON.parse(text);
  } catch {
    throw new DomainError('malformed-json');
  }
  check(value, 0, { left: mostValues });
  return value;
};

/** @throws DomainError `invalid-field`: every body of the API is an object */
export const requireObject = (value: unknown): object => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DomainError('invalid-field', undefined, [{ field: '(body)', message: 'the body must be an object' }]);
  return value;
};

/** @throws DomainError where a query or a path has characters that no database takes: a path with them leads nowhere */
export const refuseUnstorable = (query: unknown, params: unknown): void => {
  check(query, 0, { left: mostValues });
  try {
    check(params, 0, { left: mostValues });
  } catch {
    throw new DomainError('not-found');
  }
};

const check = (value: unknown, depth: number, values: { left: number }): void => {
  if (values.left-- <= 0) throw new DomainError('invalid-request', 'the body has too many values');
  if (depth > deepest) throw new DomainError('invalid-request', 'the body is nested too deeply');
  if (typeof value === 'string') return checkText(value);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1, values);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    checkText(name);
    if (name === '__proto__' || name === 'constructor' || name === 'prototype') throw new DomainError('unknown-field');
    check(item, depth + 1, values);
  }
};

const checkText = (text: string): void => {
  if (text.includes('\u0000') || !text.isWellFormed()) throw new DomainError('invalid-characters');
};
