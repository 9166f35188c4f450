import type { Letter, LetterName } from '../letters.js';
import { letterTexts } from './letter-texts.js';
import { written, type Writer } from './letter.page.js';

/** A letter in the words and the form of its language. */
export const composed = (
  name: LetterName,
  letter: Letter,
  writer: Writer,
): { readonly subject: string; readonly text: string; readonly html: string } => {
  const text = letterTexts[name](letter)[letter.language];
  return { subject: text.subject, ...written(text, letter.language, writer) };
};
