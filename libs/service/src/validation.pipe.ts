import { DomainError } from '@dittoo/kernel';
import { ValidationPipe, type ValidationError } from '@nestjs/common';

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

/** DTO validation: whitelist, unknown fields refused (`unknown-field`), the rest `invalid-field`; values never repeated. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
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
