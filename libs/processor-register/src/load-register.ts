import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorObject, Ajv2020 } from 'ajv/dist/2020.js';
import { canonicalDigest } from './canonical-digest.js';
import type { Register, RegisterDocument } from './register.js';
import { type RegisterProblem, brokenRules } from './register-rules.js';

const shippedRegister = fileURLToPath(new URL('../register.json', import.meta.url));
const schemaFile = new URL('../register.schema.json', import.meta.url);

const validate = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: true,
}).compile<RegisterDocument>(JSON.parse(readFileSync(schemaFile, 'utf8')));

/** The register cannot be used. Each problem names its place in the file; an invalid register stops the start. */
export class RegisterInvalid extends Error {
  constructor(
    readonly source: string,
    readonly problems: readonly RegisterProblem[],
  ) {
    super([`${source} is not a register:`, ...problems.map((p) => `  ${p.path || '/'} ${p.message}`)].join('\n'));
    this.name = 'RegisterInvalid';
  }
}

/** Values that a deployment may override; merged in before anything is checked or derived. */
export interface RegisterSettings {
  /** `MM-DD`, the last day of the fiscal year. */
  readonly fiscalYearEnd?: string | null;
}

/**
 * Reads and checks a register file.
 *
 * @param path default: the register shipped with this library
 * @throws RegisterInvalid not readable, not JSON, not of the schema, or contradicting itself: correct the file
 */
export const loadRegister = (path: string = shippedRegister, settings: RegisterSettings = {}): Register => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${(error as { code?: string }).code})`;
    throw new RegisterInvalid(path, [{ path: '', message: why }]);
  }
  return parseRegister(withSettings(value, settings), path);
};

const withSettings = (value: unknown, { fiscalYearEnd = null }: RegisterSettings): unknown => {
  if (fiscalYearEnd === null || typeof value !== 'object' || value === null) return value;
  const { dataController } = value as { readonly dataController?: object };
  return { ...value, dataController: { ...dataController, fiscalYearEnd } };
};

/** The same for a register that is already parsed. The argument is not changed; the result is a frozen copy. */
export const parseRegister = (value: unknown, source = 'register'): Register => {
  if (!validate(value)) throw new RegisterInvalid(source, (validate.errors ?? []).map(schemaProblem));
  const problems = brokenRules(value);
  if (problems.length > 0) throw new RegisterInvalid(source, problems);
  return freeze({ ...structuredClone(value), digest: canonicalDigest(value) });
};

const schemaProblem = (error: ErrorObject): RegisterProblem => {
  const { instancePath: path, params, message = 'is not allowed' } = error;
  switch (error.keyword) {
    case 'required':
      return { path: `${path}/${params['missingProperty']}`, message: 'is missing' };
    case 'additionalProperties':
      return { path: `${path}/${params['additionalProperty']}`, message: 'is not known here' };
    case 'propertyNames':
      return { path: `${path}/${params['propertyName']}`, message: 'is not a name for an entry' };
    case 'enum':
      return { path, message: `must be one of ${params['allowedValues'].join(', ')}` };
    default:
      return { path, message };
  }
};

const freeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner);
  return Object.freeze(value);
};
