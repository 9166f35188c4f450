import type { SchemaMap } from '@dittoo/kernel';

/** `order` -> `dittoo.order`. One topic per stream category. */
export const topicOf = (prefix: string, category: string): string => `${prefix}${category}`;

/** Where a group puts what it cannot take in from `topic`. */
export const deadLetterTopicOf = (topic: string, group: string): string => `${topic}.${group}.dlq`;

/** Every stream category there is. */
export const categoriesOf = (schemaMap: SchemaMap): readonly string[] =>
  [...new Set(Object.values(schemaMap).map(({ stream }) => stream))].sort();

/**
 * The categories a group has to read for the types it handles; `*` = all.
 *
 * @throws Error a handler names a type that no contract has: it would wait for ever
 */
export const categoriesFor = (types: Iterable<string>, schemaMap: SchemaMap): readonly string[] => {
  const categories = new Set<string>();
  for (const type of types) {
    if (type === '*') return categoriesOf(schemaMap);
    const definition = Object.hasOwn(schemaMap, type) ? schemaMap[type] : undefined;
    if (definition === undefined) throw new Error(`a handler waits for ${type}, which no contract has`);
    categories.add(definition.stream);
  }
  return [...categories].sort();
};
