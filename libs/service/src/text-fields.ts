import { DomainError } from '@dittoo/kernel';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { containsCardNumber } from './card-number.js';

const tidy = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.normalize('NFKC').trim() : value;

/** An e-mail address as entered, in one Unicode form. */
export const EmailField = () =>
  applyDecorators(ApiProperty({ format: 'email', maxLength: 254 }), Transform(tidy), IsEmail(), MaxLength(254));

/** Entered text of one or more lines; not empty, not only spaces. */
export const TextField = (maxLength: number, required = true) =>
  applyDecorators(
    ApiProperty({ minLength: 1, maxLength, required }),
    Transform(tidy),
    IsString(),
    IsNotEmpty(),
    MaxLength(maxLength),
  );

/** Entered text of one line: no control characters. */
export const LineField = (maxLength: number, required = true) =>
  applyDecorators(
    TextField(maxLength, required),
    Matches(/^\P{Cc}*$/u, { message: '$property must be a line of text' }),
  );

/** @throws DomainError `card-number-refused`: a card number is never accepted, not even in free text */
export const refuseCardNumbers = (...texts: readonly (string | null | undefined)[]): void => {
  if (texts.some((text) => typeof text === 'string' && containsCardNumber(text))) {
    throw new DomainError('card-number-refused');
  }
};
