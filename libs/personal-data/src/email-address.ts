import { domainToASCII } from 'node:url';

/**
 * The form under which an address is looked up: NFKC, trimmed, lower case, the domain as DNS has it (`exämple.org` and
 * `xn--exmple-cua.org` are one mailbox). `+tags` are kept: they are other addresses.
 */
export const normalizedEmail = (email: string): string => {
  const tidy = email.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  const at = tidy.lastIndexOf('@');
  const domain = at === -1 ? '' : domainToASCII(tidy.slice(at + 1));
  return domain === '' ? tidy : `${tidy.slice(0, at)}@${domain}`;
};
