/**
 * A command that a rule forbids. `code` is a stable kebab-case word of `libs/contracts`; the HTTP number is looked up
 * at the edge. `detail` is shown to the caller and logged: never personal data, never what the caller typed.
 */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly detail?: string,
    readonly errors?: readonly { readonly field: string; readonly message: string }[],
  ) {
    super(code);
    this.name = 'DomainError';
  }
}
