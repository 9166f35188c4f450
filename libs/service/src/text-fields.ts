import { DomainError } from '@dittoo/kernel';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { containsCardNumber } from './card-number.js';

/** In one Unicode form, and otherwise what the person wrote: NFKC would make another house of `12½`. */
const tidy = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.normalize('NFC').trim() : value;

/** Turns the text around it, so that it reads as something else than it says. */
const bidiControl = '\\u202a-\\u202e\\u2066-\\u2069';
const aVisibleCharacter = /[\p{L}\p{N}\p{P}\p{S}]/u;
const lines = new RegExp(`^[^${bidiControl}\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$`, 'u');
const oneLine = new RegExp(`^[^${bidiControl}\\p{Cc}\\u2028\\u2029]*$`, 'u');

/** An e-mail address as entered, in one Unicode form; one that mail servers take: nothing quoted, nothing unseen. */
export const EmailField = () =>
  applyDecorators(
    ApiProperty({ format: 'email', maxLength: 254 }),
    Transform(tidy),
    IsEmail(),
    Matches(/^[^"\s\p{C}]+$/u, { message: '$property must be an email' }),
    MaxLength(254),
  );

/** Entered text of one or more lines; not empty, not only what nobody sees. */
export const TextField = (maxLength: number, required = true) =>
  applyDecorators(
    ApiProperty({ minLength: 1, maxLength, required }),
    Transform(tidy),
    IsString(),
    IsNotEmpty(),
    Matches(aVisibleCharacter, { message: '$property must have a character that can be seen' }),
    Matches(lines, { message: '$property has characters that cannot be shown' }),
    MaxLength(maxLength),
  );

/** Entered text of one line: no line breaks, no control characters. */
export const LineField = (maxLength: number, required = true) =>
  applyDecorators(TextField(maxLength, required), Matches(oneLine, { message: '$property must be a line of text' }));

/** @throws DomainError `card-number-refused`: a card number is never accepted, not even in free text */
export const refuseCardNumbers = (...texts: readonly (string | null | undefined)[]): void => {
  if (texts.some((text) => typeof text === 'string' && containsCardNumber(text))) {
    throw new DomainError('card-number-refused');
  }
};
