/** Request bodies, checked by class-validator; the decorators are called, for this is no TypeScript. */
import { Type } from 'class-transformer';
import {
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

/** @param {Function} body @param {Record<string, PropertyDecorator[]>} fields */
const fieldsOf = (body, fields) => {
  for (const [name, rules] of Object.entries(fields)) for (const rule of rules) rule(body.prototype, name);
};

export class CustomerBody {}
fieldsOf(CustomerBody, {
  email: [IsEmail()],
  password: [IsString()],
  givenName: [IsString()],
  familyName: [IsString()],
  phone: [IsString(), IsOptional()],
  address: [IsObject()],
  noticeVersion: [IsString()],
});

export class LoginBody {}
fieldsOf(LoginBody, { email: [IsEmail()], password: [IsString()] });

class LineBody {}
fieldsOf(LineBody, { sku: [IsString()], quantity: [IsInt(), Min(1), Max(99)] });

class PaymentBody {}
fieldsOf(PaymentBody, { method: [IsIn(['paysonInvoice'])] });

export class OrderBody {}
fieldsOf(OrderBody, {
  lines: [IsArray(), ValidateNested({ each: true }), Type(() => LineBody)],
  payment: [IsObject(), ValidateNested(), Type(() => PaymentBody)],
});
