import type { OrderId } from '@dittoo/kernel';

/**
 * The number of an order that a person can say on the phone: nine digits in three groups, `482-639-573`. Digits alone,
 * because letters are misheard; no 0 and no 1, because they are misread. Each stands for three bits, `2` for 0.
 */
const [zero, payloadDigits] = [2, 8];
const shape = /^(?<digits>[2-9]{9})$/;

/** Multiplication in GF(8), modulo x³ + x + 1. */
const times = (one: number, other: number): number => {
  let product = 0;
  for (let bit = 0; bit < 3; bit++) if ((other >> bit) & 1) product ^= one << bit;
  for (let bit = 4; bit > 2; bit--) if ((product >> bit) & 1) product ^= 0b1011 << (bit - 3);
  return product;
};

/**
 * Each digit is weighted by another power of x (there are seven), so that one wrong digit and two neighbours in the
 * wrong order change the sum.
 */
const checkOf = (payload: readonly number[]): number => {
  let [sum, weight] = [0, 2];
  for (const digit of payload) [sum, weight] = [sum ^ times(digit, weight), times(weight, 2)];
  return sum;
};

/** It follows from the id, so it is stored nowhere; the order service sees to it that no two orders have the same. */
export const orderNumberOf = (orderId: OrderId): string => {
  const bits = Number.parseInt(orderId.slice(0, 6), 16);
  const payload = Array.from({ length: payloadDigits }, (_, index) => (bits >> (21 - 3 * index)) & 7);
  const digits = [...payload, checkOf(payload)].map((digit) => digit + zero).join('');
  return digits.replace(/^(...)(...)(...)$/, '$1-$2-$3');
};

/** As people write it: with hyphens, spaces, or neither. @returns `null` = it was misread or misheard */
export const readOrderNumber = (written: string): string | null => {
  const digits = shape.exec(written.replace(/[\s-]/g, ''))?.groups?.['digits'];
  if (digits === undefined) return null;
  const values = [...digits].map((digit) => Number(digit) - zero);
  if (checkOf(values.slice(0, payloadDigits)) !== values[payloadDigits]) return null;
  return digits.replace(/^(...)(...)(...)$/, '$1-$2-$3');
};
