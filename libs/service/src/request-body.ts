import { DomainError } from '@dittoo/kernel';

const deepest = 20;

/** JSON text -> value, refusing text that PostgreSQL cannot store (NUL, lone surrogates) and prototype keys. */
export const parseBody = (text: string): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DomainError('malformed-json');
  }
  check(value, 0);
  return value;
};

const check = (value: unknown, depth: number): void => {
  if (depth > deepest) throw new DomainError('invalid-request', 'the body is nested too deeply');
  if (typeof value === 'string') return checkText(value);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    checkText(name);
    if (name === '__proto__' || name === 'constructor' || name === 'prototype') throw new DomainError('unknown-field');
    check(item, depth + 1);
  }
};

const checkText = (text: string): void => {
  if (text.includes('\u0000') || !text.isWellFormed()) throw new DomainError('invalid-characters');
};
