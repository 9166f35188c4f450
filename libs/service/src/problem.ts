import type { ProblemCode } from '@dittoo/kernel';

/** RFC 9457 body. Never a stack trace, personal data or the caller's input. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** `code` -> status and title, from the contracts. */
export type ProblemCatalogue = { readonly [Code in ProblemCode]: readonly [status: number, title: string] };

export const problemDetails = (
  catalogue: ProblemCatalogue,
  code: ProblemCode,
  extra: Pick<ProblemDetails, 'detail' | 'errors'> = {},
): ProblemDetails => {
  const known = Object.hasOwn(catalogue, code) ? code : 'internal-error';
  const [status, title] = catalogue[known];
  return {
    type: `urn:dittoo:problem:${known}`,
    title,
    status,
    code: known,
    ...(extra.detail === undefined ? {} : { detail: extra.detail }),
    ...(extra.errors === undefined ? {} : { errors: extra.errors }),
  };
};
