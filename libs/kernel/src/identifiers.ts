import { v4, v5, validate } from 'uuid';
import type { IdOf, Uuid } from './event.js';

/** Namespace of every identifier derived here; it never changes, or retries would not match their first attempt. */
const namespace = '6e9d0c0a-6d3c-5f0b-9a3e-3c1d7b0b2f51';

/** A new random identifier of the requested kind. */
export const newId = <Id extends Uuid = Uuid>(): Id => v4() as Id;

/** The same parts give the same identifier, so that a repeated command matches its first attempt. */
export const derivedId = (...parts: readonly string[]): Uuid => v5(JSON.stringify(parts), namespace);

export const isUuid = (value: unknown): value is Uuid => typeof value === 'string' && validate(value);

/** Streams of a person carry the person's id. */
type SubjectStream = 'customer' | 'dataSubject' | 'consent' | 'newsletter' | 'account' | 'officerAccess';
type IdIn<Category extends string> = string extends Category
  ? Uuid
  : IdOf<Category extends SubjectStream ? 'subject' : Category>;

/** `order` + id -> `order-<id>`. */
export const streamName = <Category extends string>(category: Category, id: IdIn<Category>): string =>
  `${category}-${id}`;

/** `order-<id>` -> `order`. Cut at the first dash, as EventStoreDB does; a name without one is a category alone. */
export const streamCategory = (stream: string): string => stream.split('-', 1)[0]!;

/** `order-<id>` -> `<id>`, of the requested kind, because a stream's name does not have it in its type. */
export const streamId = <Id extends Uuid = Uuid>(stream: string): Id =>
  stream.slice(streamCategory(stream).length + 1) as Id;
