import { describe, expect, it } from '@jest/globals';
import { ApiProperty } from '@nestjs/swagger';
import { shapeProblems } from './declared-shape.js';

class Inner {
  @ApiProperty()
  city!: string;
}

class Body {
  @ApiProperty()
  name!: string;

  @ApiProperty({ required: false, type: String, nullable: true })
  phone?: string | null;

  @ApiProperty({ required: false })
  inner?: Inner;

  @ApiProperty({ required: false, type: Inner, nullable: true })
  other?: Inner | null;

  @ApiProperty({ type: [Inner] })
  list!: readonly Inner[];

  @ApiProperty({ type: () => [Inner] })
  later!: readonly Inner[];

  @ApiProperty({ type: [String] })
  words!: readonly string[];

  @ApiProperty({ type: 'object', additionalProperties: true })
  open!: object;
}

const fields = (value: unknown): string[] => shapeProblems(value, Body).map(({ field }) => field);

describe('a value of the declared shape', () => {
  it('has no problem, whatever is absent', () => {
    expect(fields({})).toEqual([]);
    expect(
      fields({ name: 'a', phone: null, inner: { city: 'b' }, other: null, list: [], later: [{ city: 'c' }], words: ['d'], open: { x: [1] } }), // prettier-ignore
    ).toEqual([]);
  });

  it('may hold a wrong single value: that is for the rules of the field', () =>
    expect(fields({ name: 7 })).toEqual([]));
});

describe('a value of another shape is named', () => {
  it.each([
    [{ name: null }, 'name'],
    [{ name: [] }, 'name'],
    [{ name: {} }, 'name'],
    [{ phone: [] }, 'phone'],
    [{ inner: null }, 'inner'],
    [{ inner: [] }, 'inner'],
    [{ inner: 'x' }, 'inner'],
    [{ inner: { city: null } }, 'inner.city'],
    [{ other: { city: [] } }, 'other.city'],
    [{ list: null }, 'list'],
    [{ list: {} }, 'list'],
    [{ list: [null] }, 'list.0'],
    [{ list: [{ city: 'a' }, []] }, 'list.1'],
    [{ later: [{ city: {} }] }, 'later.0.city'],
    [{ words: [['a']] }, 'words.0'],
    [{ open: null }, 'open'],
  ])('%j', (value, field) => expect(fields(value)).toEqual([field]));

  it('and never repeated', () =>
    expect(JSON.stringify(shapeProblems({ name: ['secret'] }, Body))).not.toContain('secret'));
});
