import type { Letter, LetterName } from './notifications.js';
import { letterTexts } from './notification-texts.js';
import { written, type Writer } from './notification.page.js';

/** A letter in the words and the form of its language. */
export const composed = (
  name: LetterName,
  letter: Letter,
  writer: Writer,
): { readonly subject: string; readonly text: string; readonly html: string } => {
  const text = letterTexts[name](letter)[letter.language];
  return { subject: text.subject, ...written(text, letter.language, writer) };
};
