import { DomainError } from '@dittoo/kernel';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { containsCardNumber } from './card-number.js';

const tidy = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.normalize('NFKC').trim() : value;

/** An address as typed, in one Unicode form. */
export const EmailField = () =>
  applyDecorators(ApiProperty({ format: 'email', maxLength: 254 }), Transform(tidy), IsEmail(), MaxLength(254));

/** Text somebody typed, of as many lines as they like; not empty, not only spaces. */
export const TextField = (maxLength: number, required = true) =>
  applyDecorators(
    ApiProperty({ minLength: 1, maxLength, required }),
    Transform(tidy),
    IsString(),
    IsNotEmpty(),
    MaxLength(maxLength),
  );

/** One line of it: no control characters. */
export const LineField = (maxLength: number, required = true) =>
  applyDecorators(
    TextField(maxLength, required),
    Matches(/^\P{Cc}*$/u, { message: '$property must be a line of text' }),
  );

/** @throws DomainError `card-number-refused`: a card number never enters, not even in a free text */
export const refuseCardNumbers = (...texts: readonly (string | null | undefined)[]): void => {
  if (texts.some((text) => typeof text === 'string' && containsCardNumber(text))) {
    throw new DomainError('card-number-refused');
  }
};
