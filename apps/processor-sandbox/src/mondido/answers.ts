import type { FastifyReply } from 'fastify';
import type { MondidoError } from './transaction.js';

export type ById = { Params: { id: string } };
export type Listing = { Querystring: Record<string, string> };

export const refused = (reply: FastifyReply, error: MondidoError, status = 422): FastifyReply =>
  reply.code(status).send(error);

/** `limit` and `offset`, with `Content-Range: items a-b/total`. */
export const listed = <T, A>(
  reply: FastifyReply,
  query: Record<string, string>,
  found: readonly T[],
  answer: (one: T) => A,
): A[] => {
  const whole = (value: string | undefined, otherwise: number) =>
    value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : otherwise;
  const offset = whole(query['offset'], 0);
  const page = found.slice(offset, offset + whole(query['limit'], 10));
  reply.header('content-range', `items ${offset}-${Math.max(offset, offset + page.length - 1)}/${found.length}`);
  return page.map(answer);
};
