import { v4, v5, validate } from 'uuid';
import type { Uuid } from './event.js';

/** Namespace of every identifier derived here; never changes, or retries would not meet their first try. */
const namespace = '6e9d0c0a-6d3c-5f0b-9a3e-3c1d7b0b2f51';

/** A new random identifier. */
export const newId = (): Uuid => v4();

/** The same parts, the same identifier: what makes a repeated command meet its first try. */
export const derivedId = (...parts: readonly string[]): Uuid => v5(JSON.stringify(parts), namespace);

export const isUuid = (value: unknown): value is Uuid => typeof value === 'string' && validate(value);

/** `order` + id -> `order-<id>`. */
export const streamName = (category: string, id: Uuid): string => `${category}-${id}`;

/** `order-<id>` -> `order`. The cut is the first dash, as EventStoreDB's; a name without one is all category. */
export const streamCategory = (stream: string): string => stream.split('-', 1)[0]!;

/** `order-<id>` -> `<id>`. */
export const streamId = (stream: string): Uuid => stream.slice(streamCategory(stream).length + 1);
