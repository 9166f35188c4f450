/** For specs: the parts of an OpenAPI document from which wrong values are made. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema?: Schema }[];
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A field of a body, at any depth, and a body that has nothing but it. */
export interface Place {
  readonly field: string;
  readonly schema: Schema;
  readonly inBody: (value: unknown) => unknown;
}

const resolved = (document: Document, schema: Schema): Schema => {
  if (schema.$ref !== undefined)
    return resolved(document, document.components.schemas[schema.$ref.split('/').at(-1)!]!);
  if (schema.allOf?.length === 1) return { ...resolved(document, schema.allOf[0]!), nullable: isNullable(schema) };
  return schema;
};

const typesOf = ({ enum: values, properties, type }: Schema): readonly string[] =>
  type !== undefined ? [type].flat() : properties !== undefined ? ['object'] : values !== undefined ? ['string'] : [];

const isNullable = (schema: Schema): boolean =>
  schema.nullable === true ||
  typesOf(schema).includes('null') ||
  [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some(isNullable);

export const placesOf = (document: Document, schema: Schema): Place[] =>
  Object.entries(resolved(document, schema).properties ?? {}).flatMap(([name, declared]) => {
    const one = resolved(document, declared);
    const within = typesOf(one).includes('array')
      ? placesOf(document, one.items ?? {}).map((place) => nested(place, `${name}.0`, (value) => ({ [name]: [value] })))
      : placesOf(document, one).map((place) => nested(place, name, (value) => ({ [name]: value })));
    return [{ field: name, schema: declared, inBody: (value) => ({ [name]: value }) }, ...within];
  });

const nested = ({ field, inBody, schema }: Place, path: string, around: (value: unknown) => unknown): Place => ({
  field: `${path}.${field}`,
  schema,
  inBody: (value) => around(inBody(value)),
});

/** Values that the schema does not allow. */
export const valuesAgainst = (document: Document, declared: Schema): unknown[] => {
  const schema = resolved(document, declared);
  const types = typesOf(schema);
  const is = (...wanted: string[]): boolean => wanted.some((type) => types.includes(type));
  const isOpen = types.length === 0;
  return [
    ...(isNullable(schema) ? [] : [null]),
    ...(is('array') ? ['x', {}, [null], [[]]] : isOpen ? [] : [[], [[1]]]),
    ...(is('object') || isOpen || is('array') ? [] : [{}, { a: 1 }]),
    ...(is('object') ? ['x', 7, [null]] : []),
    ...(is('string') ? [7, true] : []),
    ...(is('boolean') ? ['true', 1] : []),
    ...(is('integer', 'number') ? ['x', 1.5e300] : []),
    ...(schema.enum === undefined ? [] : ['toString', 'constructor', '__proto__', 'hasOwnProperty']),
  ];
};
