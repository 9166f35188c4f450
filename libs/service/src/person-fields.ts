import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsISO31661Alpha2, Matches, ValidateIf } from 'class-validator';
import { LineField, refuseCardNumbers } from './text-fields.js';

/** Absent = unchanged; `null` is refused by the field's other validators. */
export const WhenSent = (name: string) => ValidateIf((body: Record<string, unknown>) => body[name] !== undefined);
/** Absent = unchanged; `null` removes it. */
export const WhenSet = (name: string) => ValidateIf((body: Record<string, unknown>) => body[name] != null);

/** Complete or absent. */
export class AddressBody {
  @LineField(200)
  street!: string;

  @LineField(20)
  postalCode!: string;

  @LineField(100)
  city!: string;

  /** ISO 3166-1 alpha-2. */
  @ApiProperty({ pattern: '^[A-Z]{2}$', example: 'SE' })
  @IsISO31661Alpha2()
  @Matches(/^[A-Z]{2}$/, { message: 'country must be two capital letters' })
  country!: string;
}

const phoneShape = /^\+?[0-9][0-9 ()/-]{4,24}$/;

export const PhoneField = () =>
  applyDecorators(
    ApiProperty({ required: false, type: String, nullable: true, pattern: phoneShape.source }),
    Matches(phoneShape, { message: 'phone must be a telephone number' }),
  );

/** Personal fields as entered by the person or an officer. */
export interface TypedPerson {
  readonly givenName?: string | null;
  readonly familyName?: string | null;
  readonly phone?: string | null;
  readonly address?: Readonly<Pick<AddressBody, 'street' | 'city' | 'postalCode'>> | null | undefined;
}

/** @throws DomainError `card-number-refused`: a card number in a name, a number or an address */
export const refuseCardNumbersOf = ({ address, familyName, givenName, phone }: TypedPerson): void =>
  refuseCardNumbers(givenName, familyName, phone, address?.street, address?.city, address?.postalCode);
