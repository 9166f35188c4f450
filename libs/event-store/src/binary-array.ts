/*
 * PostgreSQL's binary form of one-dimensional arrays. As text every quote in every JSON document would be escaped here
 * and unescaped there, which costs more than the insert.
 */

const oids = { text: 25, int8: 20, uuid: 2950, bytea: 17, jsonb: 3802 } as const;

const allocate = (oid: number, count: number, contentBytes: number): Buffer => {
  const buffer = Buffer.allocUnsafe(20 + contentBytes);
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0); // dimensions
  buffer.writeInt32BE(0, 4); // no nulls
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16); // lower bound
  return count === 0 ? buffer.subarray(0, 12) : buffer;
};

const ofTexts = (oid: number, values: readonly string[], version?: number): Buffer => {
  const head = version === undefined ? 4 : 5;
  const lengths = values.map((value) => Buffer.byteLength(value));
  const buffer = allocate(
    oid,
    values.length,
    lengths.reduce((sum, length) => sum + length + head, 0),
  );
  let offset = 20;
  for (const [index, value] of values.entries()) {
    const length = lengths[index] as number;
    buffer.writeInt32BE(length + head - 4, offset);
    if (version !== undefined) buffer.writeUInt8(version, offset + 4);
    buffer.write(value, offset + head);
    offset += head + length;
  }
  return buffer;
};

export const textArray = (values: readonly string[]): Buffer => ofTexts(oids.text, values);

/** JSON texts; jsonb's binary form is the text behind a version. */
export const jsonbArray = (values: readonly string[]): Buffer => ofTexts(oids.jsonb, values, 1);

export const bigintArray = (values: readonly bigint[]): Buffer => {
  const buffer = allocate(oids.int8, values.length, values.length * 12);
  for (const [index, value] of values.entries()) {
    buffer.writeInt32BE(8, 20 + index * 12);
    buffer.writeBigInt64BE(value, 24 + index * 12);
  }
  return buffer;
};

const ofBytes = (oid: number, values: readonly Buffer[]): Buffer => {
  const buffer = allocate(
    oid,
    values.length,
    values.reduce((sum, { length }) => sum + length + 4, 0),
  );
  let offset = 20;
  for (const value of values) {
    buffer.writeInt32BE(value.length, offset);
    value.copy(buffer, offset + 4);
    offset += 4 + value.length;
  }
  return buffer;
};

export const bytesArray = (values: readonly Buffer[]): Buffer => ofBytes(oids.bytea, values);

export const uuidArray = (values: readonly string[]): Buffer =>
  ofBytes(
    oids.uuid,
    values.map((value) => Buffer.from(value.replaceAll('-', ''), 'hex')),
  );
