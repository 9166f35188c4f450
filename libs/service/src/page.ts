import { DomainError, isStorableJson, isUuid } from '@dittoo/kernel';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** `?limit=&cursor=` of every list. */
export class PageQuery {
  /** 1 to 200, default 50. */
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  /** `nextCursor` of the page before. */
  @ApiProperty({ required: false, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** An opaque cursor over the sort key of the last item. */
export const encodeCursor = (...key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The form of a cursor's part, so that a database can compare it. */
export type CursorPart = 'time' | 'id' | 'number' | 'text';

const shapes: Readonly<Record<CursorPart, (part: string) => boolean>> = {
  time: (part) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(part) && !Number.isNaN(Date.parse(part)),
  id: isUuid,
  number: (part) => /^\d{1,18}$/.test(part),
  text: () => true,
};

/** @throws DomainError `invalid-field` when it is not a cursor of this list */
export const decodeCursor = (cursor: string, ...parts: readonly CursorPart[]): string[] => {
  try {
    const text = Buffer.from(cursor, 'base64url').toString('utf8');
    const key: unknown = JSON.parse(text);
    if (!isStorableJson(text)) throw new TypeError('no database takes this');
    if (
      Array.isArray(key) &&
      key.length === parts.length &&
      key.every((part, place) => typeof part === 'string' && shapes[parts[place]!](part))
    ) {
      return key as string[];
    }
  } catch {
    // falls through to the refusal
  }
  throw new DomainError('invalid-field', undefined, [{ field: 'cursor', message: 'is not a cursor of this list' }]);
};

/**
 * Makes a page from `limit + 1` rows.
 *
 * @param keyOf the sort key of an item, for the next cursor
 */
export const pageOf = <Item>(
  rows: readonly Item[],
  limit: number,
  keyOf: (item: Item) => readonly string[],
): Page<Item> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(...keyOf(last)) : null };
};
