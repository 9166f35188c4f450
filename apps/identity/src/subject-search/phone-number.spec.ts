import { expect, it } from '@jest/globals';
import { normalizedPhone } from './phone-number.js';

it.each(['070-174 06 05', '0701740605', '+46 70 174 06 05', '0046701740605', '+46 (0)70-174 06 05'])(
  '%s is one number',
  (phone) => expect(normalizedPhone(phone)).toBe('46701740605'),
);

it.each([
  ['+47 22 33 44 55', '4722334455'],
  ['12345', '12345'],
  ['', ''],
])('%s is %s', (phone, normal) => expect(normalizedPhone(phone)).toBe(normal));
