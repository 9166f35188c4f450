import type pg from 'pg';

/** Parsers by type oid, only for the queries of the log; other queries of the process keep pg's own parsers. */
const parsers: Readonly<Record<number, (value: string) => unknown>> = {
  20: (value) => BigInt(value), // int8
  3802: (value) => JSON.parse(value) as unknown, // jsonb
};
const asItIs = (value: string): string => value;

export const columnParsers = { getTypeParser: (oid: number) => parsers[oid] ?? asItIs } as pg.CustomTypesConfig;
