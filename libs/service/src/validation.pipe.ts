import { DomainError } from '@dittoo/kernel';
import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { declaredProperties, shapeProblems, type Declared } from './declared-shape.js';

interface FieldProblem {
  readonly field: string;
  readonly message: string;
  readonly unknown: boolean;
}

const flatten = (errors: readonly ValidationError[], path = ''): FieldProblem[] =>
  errors.flatMap((error) => {
    const field = path === '' ? error.property : `${path}.${error.property}`;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
      rule === 'whitelistValidation'
        ? // The name of an unknown field may be anything, also personal: it is not repeated.
          { field: path === '' ? '(body)' : path, message: 'has a field that is not known', unknown: true }
        : { field, message, unknown: false },
    );
    return [...own, ...flatten(error.children ?? [], field)];
  });

/**
 * Refuses what contradicts the document before the rules of the fields are asked. An unknown field is told first, by
 * those rules.
 */
class DeclaredValidation extends ValidationPipe {
  override async transform(value: unknown, argument: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = argument;
    if ((type === 'body' || type === 'query') && metatype !== undefined && isObject(value)) {
      const declared = declaredProperties(metatype as Declared);
      const isKnown = Object.keys(value).every((name) => declared.includes(name));
      const problems = declared.length > 0 && isKnown ? shapeProblems(value, metatype as Declared) : [];
      if (problems.length > 0) throw new DomainError('invalid-field', undefined, problems);
    }
    return super.transform(value, argument);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** DTO validation: whitelist, unknown fields refused (`unknown-field`), the rest `invalid-field`; values never repeated. */
export const validationPipe = (): ValidationPipe =>
  new DeclaredValidation({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const problems = flatten(errors);
      const unknown = problems.filter((problem) => problem.unknown);
      const told = unknown.length > 0 ? unknown : problems;
      const shown = [
        ...new Map(told.map(({ field, message }) => [`${field} ${message}`, { field, message }])).values(),
      ];
      return new DomainError(unknown.length > 0 ? 'unknown-field' : 'invalid-field', undefined, shown);
    },
  });
