/** 0 to 9 are digits of that value; the others say what a character is between digits. */
export type CharacterClass = number;
/** A character that people take for part of a word. */
export const letter = 10;
/** Shown to nobody: zero-width and control characters, and marks on others. */
export const unseen = 11;
/** Between two groups of one number: blanks, dashes, dots, slashes, every other sign. */
export const joint = 12;
/** A comma or a semicolon: between two numbers, except where a digit follows at once. */
export const gap = 13;

const unknown = 255;
const classes = new Uint8Array(0x110000).fill(unknown);

/** The class of a character; each is looked up in the Unicode tables once in the life of the process. */
export const classOf = (codePoint: number): CharacterClass => {
  const known = classes[codePoint]!;
  if (known !== unknown) return known;
  return (classes[codePoint] = classFor(codePoint));
};

const classFor = (codePoint: number): CharacterClass => {
  const text = String.fromCodePoint(codePoint);
  if (/[\s\u2800]/u.test(text)) return joint;
  if (/[\p{Cc}\p{Cf}\p{M}\p{Cs}\p{Cn}]/u.test(text)) return unseen;
  if (/\p{N}/u.test(text)) return digitFor(codePoint, text);
  if (/\p{L}/u.test(text)) return letter;
  return /[,;\u060c\u061b\u3001\uff0c\uff1b]/u.test(text) ? gap : joint;
};

/** Full-width, circled and raised digits have a plain form; those of other scripts stand in rows that begin with zero. */
const digitFor = (codePoint: number, text: string): CharacterClass => {
  const plain = text.normalize('NFKC').replace(/[().,]/g, '');
  if (/^\d$/.test(plain)) return Number(plain);
  if (!/\p{Nd}/u.test(text)) return letter;
  let first = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return (codePoint - first) % 10;
};
