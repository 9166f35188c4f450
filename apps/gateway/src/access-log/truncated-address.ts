import { isIP } from 'node:net';

/**
 * `203.0.113.77` -> `203.0.113.0` (/24), `2001:db8:1:2::3` -> `2001:db8:1::` (/48); an IPv4-mapped IPv6 address counts
 * as IPv4.
 */
export const truncatedAddress = (address: string): string => {
  const [bare = ''] = address.split('%', 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  if (isIP(mapped) === 4) return `${mapped.split('.').slice(0, 3).join('.')}.0`;
  if (isIP(mapped) !== 6) return 'unknown';
  const groups = groupsOf(mapped);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.0`;
  }
  const kept = groups.slice(0, 3).map((group) => group.toString(16));
  return new URL(`http://[${kept.join(':')}::]`).hostname.slice(1, -1);
};

/** The eight groups of an IPv6 address, in any of its notations. */
const groupsOf = (address: string): number[] => {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const numbers = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [numbers(head), numbers(tail ?? '')];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
};
