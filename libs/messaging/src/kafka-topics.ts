import type { SchemaMap } from '@dittoo/kernel';

/** `order` -> `dittoo.order`. One topic per stream category. */
export const topicOf = (prefix: string, category: string): string => `${prefix}${category}`;

/** The dead-letter topic for messages of `topic` that a group cannot handle. */
export const deadLetterTopicOf = (topic: string, group: string): string => `${topic}.${group}.dlq`;

/** All stream categories. */
export const categoriesOf = (schemaMap: SchemaMap): readonly string[] =>
  [...new Set(Object.values(schemaMap).map(({ stream }) => stream))].sort();

/**
 * The categories a group must read for the types it handles; `*` = all.
 *
 * @throws Error a handler names a type that no contract defines: it would wait for ever
 */
export const categoriesFor = (types: Iterable<string>, schemaMap: SchemaMap): readonly string[] => {
  const categories = new Set<string>();
  for (const type of types) {
    if (type === '*') return categoriesOf(schemaMap);
    const definition = Object.hasOwn(schemaMap, type) ? schemaMap[type] : undefined;
    if (definition === undefined) throw new Error(`a handler waits for ${type}, which no contract defines`);
    categories.add(definition.stream);
  }
  return [...categories].sort();
};
