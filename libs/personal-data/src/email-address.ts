/** The form under which an address is looked up: NFKC, trimmed, lower case. `+tags` are kept: they are other addresses. */
export const normalizedEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase();
