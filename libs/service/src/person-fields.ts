import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsISO31661Alpha2, Matches, ValidateIf } from 'class-validator';
import { LineField, refuseCardNumbers } from './text-fields.js';

/** Absent stays as it is; `null` is refused by what else is asked of the field. */
export const WhenSent = (name: string) => ValidateIf((body: Record<string, unknown>) => body[name] !== undefined);
/** Absent stays as it is; `null` removes it. */
export const WhenSet = (name: string) => ValidateIf((body: Record<string, unknown>) => body[name] != null);

/** Complete, or not there at all. */
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

/** What people type about themselves, or officers about them. */
export interface TypedPerson {
  readonly givenName?: string | null;
  readonly familyName?: string | null;
  readonly phone?: string | null;
  readonly address?: Readonly<Pick<AddressBody, 'street' | 'city' | 'postalCode'>> | null | undefined;
}

/** @throws DomainError `card-number-refused`: one stands where a name, a number or an address should */
export const refuseCardNumbersOf = ({ address, familyName, givenName, phone }: TypedPerson): void =>
  refuseCardNumbers(givenName, familyName, phone, address?.street, address?.city, address?.postalCode);
