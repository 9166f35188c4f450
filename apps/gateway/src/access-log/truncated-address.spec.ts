import { expect, it } from '@jest/globals';
import { truncatedAddress } from './truncated-address.js';

it.each([
  ['203.0.113.77', '203.0.113.0'],
  ['10.1.2.3', '10.1.2.0'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  ['::ffff:cb00:714d', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['2001:0DB8:0001:0000:0000:0000:0000:0001', '2001:db8:1::'],
  ['2001:db8::1', '2001:db8::'],
  ['fe80::1%eth0', 'fe80::'],
  ['::1', '::'],
  ['::', '::'],
  ['64:ff9b::203.0.113.77', '64:ff9b::'],
  ['not an address', 'unknown'],
])('of %s is kept %s', (address, kept) => expect(truncatedAddress(address)).toBe(kept));
