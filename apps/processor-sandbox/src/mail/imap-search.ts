import type { ImapArgument } from './imap-line.js';
import { headerOf, type MailFolder, type StoredMail } from './mail-store.js';

type Match = (mail: StoredMail, sequence: number) => boolean;

/** A set of numbers as IMAP writes it: `1:3,7,9:*`. @param last what `*` means */
export const inSet = (set: string, last: number): ((value: number) => boolean) => {
  const ranges = set.split(',').map((part) => {
    const [from = '', to = from] = part.split(':');
    const bound = (text: string) => (text === '*' ? last : Number(text));
    if (![from, to].every((text) => /^(\*|[1-9]\d*)$/.test(text))) throw new SyntaxError('not a set of numbers');
    return [Math.min(bound(from), bound(to)), Math.max(bound(from), bound(to))] as const;
  });
  return (value) => ranges.some(([low, high]) => low <= value && value <= high);
};

/** What a `SEARCH` finds. @throws SyntaxError a criterion that the sandbox does not support */
export const search = (folder: MailFolder, criteria: readonly ImapArgument[]): StoredMail[] => {
  const matches = allOf(folder, [...criteria]);
  return folder.messages.filter((mail, index) => matches(mail, index + 1));
};

const allOf = (folder: MailFolder, rest: ImapArgument[]): Match => {
  const matches: Match[] = [];
  while (rest.length > 0) matches.push(one(folder, rest));
  return (mail, sequence) => matches.every((match) => match(mail, sequence));
};

const one = (folder: MailFolder, rest: ImapArgument[]): Match => {
  const criterion = rest.shift()!;
  if (Array.isArray(criterion)) return allOf(folder, [...criterion]);
  const word = (): string => {
    const argument = rest.shift();
    if (typeof argument !== 'string') throw new SyntaxError('a criterion lacks its argument');
    return argument;
  };
  switch (criterion.toUpperCase()) {
    case 'ALL':
      return () => true;
    case 'CHARSET':
      word();
      return () => true;
    case 'UID': {
      const among = inSet(word(), folder.uidNext - 1);
      return ({ uid }) => among(uid);
    }
    // RFC 3501: the server's date of the message, its time and zone left aside.
    case 'BEFORE': {
      const day = dayOf(word());
      return ({ internalDate }) => internalDate.getTime() < day;
    }
    case 'SINCE': {
      const day = dayOf(word());
      return ({ internalDate }) => internalDate.getTime() >= day;
    }
    case 'HEADER': {
      const [name, text] = [word(), word().toLowerCase()];
      return (mail) => headerOf(mail, name)?.toLowerCase().includes(text) === true;
    }
    case 'DELETED':
      return ({ flags }) => flags.has('\\Deleted');
    case 'UNDELETED':
      return ({ flags }) => !flags.has('\\Deleted');
    case 'NOT': {
      const match = one(folder, rest);
      return (mail, sequence) => !match(mail, sequence);
    }
    case 'OR': {
      const [left, right] = [one(folder, rest), one(folder, rest)];
      return (mail, sequence) => left(mail, sequence) || right(mail, sequence);
    }
    default: {
      const among = inSet(criterion, folder.messages.length);
      return (_mail, sequence) => among(sequence);
    }
  }
};

const dayOf = (text: string): number => {
  const day = Date.parse(`${text.replaceAll('-', ' ')} 00:00 UTC`);
  if (Number.isNaN(day)) throw new SyntaxError('not a day');
  return day;
};
