import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, ValidateBy } from 'class-validator';
import { Temporal } from 'temporal-polyfill';

/** Where days begin and end, whatever zone the process runs in. */
const zone = 'Europe/Stockholm';
const dayPattern = /^\d{4}-\d\d-\d\d$/;
/** RFC 3339: an offset is required, without one the moment would depend on who reads it. */
const momentPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;
const earliest = Temporal.Instant.from('1900-01-01T00:00:00Z');
const latest = Temporal.Instant.from('9999-01-01T00:00:00Z');

/** Text -> RFC 3339 in UTC with milliseconds; `null` = it is no moment, or one outside 1900 to 9998. */
export const momentOf = (text: string): string | null => {
  try {
    if (!momentPattern.test(text)) return null;
    const moment = Temporal.Instant.from(text);
    const isInRange = Temporal.Instant.compare(earliest, moment) <= 0 && Temporal.Instant.compare(moment, latest) < 0;
    return isInRange ? moment.toString({ smallestUnit: 'millisecond' }) : null;
  } catch {
    return null; // the 30th of February, the 25th hour
  }
};

/** A Swedish day -> its first or its last millisecond; `null` = there is no such day. */
export const edgeOfDay = (text: string, edge: 'start' | 'end'): string | null => {
  try {
    if (!dayPattern.test(text)) return null;
    const day = Temporal.PlainDate.from(text, { overflow: 'reject' });
    const start = (edge === 'start' ? day : day.add({ days: 1 })).toZonedDateTime(zone).toInstant();
    const moment = edge === 'start' ? start : start.subtract({ milliseconds: 1 });
    return momentOf(moment.toString());
  } catch {
    return null;
  }
};

const isMoment = (value: unknown): boolean => typeof value === 'string' && momentOf(value) !== null;

/** A moment with its offset; arrives as UTC with milliseconds. */
export const MomentField = ({ required = true } = {}) =>
  applyDecorators(
    ApiProperty({ required, format: 'date-time', example: '2026-11-27T10:00:00+01:00' }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (momentOf(value) ?? value) : value)),
    IsString(),
    ValidateBy({
      name: 'isMoment',
      validator: {
        validate: isMoment,
        defaultMessage: () => '$property must be a moment with an offset, such as 2026-11-27T10:00:00+01:00',
      },
    }),
  );

/**
 * A moment with its offset, or a Swedish day, which means its `edge`: what is asked "until" a day or "as of" it includes
 * what happened on it. Arrives as UTC with milliseconds.
 */
export const MomentOrDayField = (edge: 'start' | 'end', { required = true } = {}) =>
  applyDecorators(
    ApiProperty({
      required,
      oneOf: [
        { type: 'string', format: 'date-time' },
        { type: 'string', format: 'date' },
      ],
      description: `A moment with its offset, or a day in Sweden: its ${edge}`,
      example: '2026-11-27',
    }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (momentOf(value) ?? edgeOfDay(value, edge) ?? value) : value,
    ),
    IsString(),
    ValidateBy({
      name: 'isMomentOrDay',
      validator: {
        validate: isMoment,
        defaultMessage: () => '$property must be a day (2026-11-27) or a moment with an offset',
      },
    }),
  );

/** A calendar day, `YYYY-MM-DD`, as it stands. */
export const DayField = ({ required = true } = {}) =>
  applyDecorators(
    ApiProperty({ required, format: 'date', example: '2026-11-27' }),
    IsString(),
    ValidateBy({
      name: 'isDay',
      validator: {
        validate: (value) => typeof value === 'string' && edgeOfDay(value, 'start') !== null,
        defaultMessage: () => '$property must be a day, such as 2026-11-27',
      },
    }),
  );
