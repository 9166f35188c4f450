import 'reflect-metadata';

/** A value of the wrong shape, with the field's path. */
export interface ShapeProblem {
  readonly field: string;
  readonly message: string;
}

/** A class whose properties are declared with `@ApiProperty`. */
export type Declared = abstract new (...args: never[]) => object;

/** What `@ApiProperty` records of a property; the served document is made from it. */
interface Declaration {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly nullable?: boolean;
}

const propertiesKey = 'swagger/apiModelPropertiesArray';
const propertyKey = 'swagger/apiModelProperties';
const plainTypes: readonly unknown[] = [String, Number, Boolean, Date, BigInt, Object];

/** Names of the properties that the document declares of a class. */
export const declaredProperties = ({ prototype }: Declared): readonly string[] =>
  ((Reflect.getMetadata(propertiesKey, prototype as object) ?? []) as readonly string[]).map((name) => name.slice(1));

/**
 * Where a value contradicts what the document declares of `type`: `null`, a list, an object or a single value in the
 * place of another, at any depth. The rules of the fields come after it: several of them take `null` for absent, and a
 * list for the object whose items it would have.
 */
export const shapeProblems = (value: unknown, type: Declared, path = ''): ShapeProblem[] => {
  if (typeof value !== 'object' || value === null) return [];
  return declaredProperties(type).flatMap((name) => {
    const inner = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (inner === undefined) return [];
    const field = path === '' ? name : `${path}.${name}`;
    return problemsOf(inner, declarationOf(type, name), field);
  });
};

interface Shape {
  readonly isNullable: boolean;
  readonly isList: boolean;
  /** The class of the value or of each item; `null` = not one of ours. */
  readonly of: Declared | null;
  /** Any object, with fields of any name. */
  readonly isOpen: boolean;
}

const declarationOf = ({ prototype }: Declared, name: string): Shape => {
  const declaration = (Reflect.getMetadata(propertyKey, prototype as object, name) ?? {}) as Declaration;
  const designType: unknown = Reflect.getMetadata('design:type', prototype as object, name);
  const named = isLazy(declaration.type) ? declaration.type() : declaration.type;
  const type: unknown = Array.isArray(named) ? named[0] : named;
  return {
    isNullable: declaration.nullable === true,
    isList: declaration.isArray === true || Array.isArray(named) || type === 'array' || designType === Array,
    of: isDeclared(type) ? type : isDeclared(designType) ? designType : null,
    isOpen: type === Object || type === 'object' || (type === undefined && designType === Object),
  };
};

/** `() => AddressBody`, as `@ApiProperty` takes a class that is declared later. */
const isLazy = (type: unknown): type is () => unknown => typeof type === 'function' && type.prototype === undefined;

const isDeclared = (type: unknown): type is Declared =>
  typeof type === 'function' && !plainTypes.includes(type) && declaredProperties(type as Declared).length > 0;

const problemsOf = (value: unknown, shape: Shape, field: string): ShapeProblem[] => {
  if (value === null) return shape.isNullable ? [] : [{ field, message: `${field} must not be null` }];
  if (!shape.isList) return problemsOfOne(value, shape, field);
  if (!Array.isArray(value)) return [{ field, message: `${field} must be a list` }];
  return value.flatMap((item: unknown, index) => problemsOfOne(item, shape, `${field}.${index}`));
};

const problemsOfOne = (value: unknown, { isOpen, of }: Shape, field: string): ShapeProblem[] => {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (of !== null) {
    return isObject ? shapeProblems(value, of, field) : [{ field, message: `${field} must be an object` }];
  }
  if (isOpen || typeof value !== 'object') return [];
  return [{ field, message: `${field} must be a single value` }];
};
