import { locales, type Locale } from '@dittoo/contracts';
import { PassThrough } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { landingPage, landingPolicy, type Landing } from './landing.page.js';
import { landings, refusal, type Call, type Fields, type LandingKind } from './landings.js';

/** The copy is a page too: its own style, and nothing that could send anything. */
const copyPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Registers the pages that mails and payment pages lead to. Opening one changes nothing, by GET or HEAD: a program that
 * checks mail opens every link. Its button posts the token, and the page calls the public API with it, through this same
 * gateway, so that what holds for any caller (limits, checks, access log) holds here.
 */
export const registerLandings = (fastify: FastifyInstance): void => {
  const inject = (request: FastifyRequest, { bearer, body, method, path }: Call) => ({
    method,
    url: path,
    remoteAddress: request.ip,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });

  const show = (reply: FastifyReply, landing: Landing, status = 200): FastifyReply => {
    const page = landingPage(landing);
    return reply
      .code(status)
      .type('text/html; charset=utf-8')
      .header('content-language', landing.language)
      .header('content-security-policy', landingPolicy(page))
      .send(page);
  };

  const handOver = async (request: FastifyRequest, reply: FastifyReply, language: Locale, call: Call) => {
    // As a stream: a copy of any size needs the memory of one part.
    const answer = await fastify.inject({ ...inject(request, call), payloadAsStream: true });
    const content = answer.stream();
    if (answer.statusCode >= 300) {
      content.resume();
      return show(reply, refusal(language, answer.statusCode), answer.statusCode);
    }
    return reply
      .type(String(answer.headers['content-type']))
      .header('content-disposition', String(answer.headers['content-disposition'] ?? 'inline'))
      .header('content-security-policy', copyPolicy)
      .send(content.pipe(new PassThrough()));
  };

  const post = async ({ posted }: LandingKind, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const fields = textFields(request.body);
    const language = languageOf(request, fields);
    const outcome = await posted!(language, fields, async (call) => {
      const answer = await fastify.inject(inject(request, call));
      const isJson = String(answer.headers['content-type']).includes('json');
      return { status: answer.statusCode, body: isJson ? answer.json() : null };
    });
    if ('handOver' in outcome) return handOver(request, reply, language, outcome.handOver);
    if ('refused' in outcome) return show(reply, refusal(language, outcome.refused), outcome.refused);
    return show(reply, outcome);
  };

  for (const [name, kind] of Object.entries<LandingKind>(landings)) {
    fastify.get(`/p/${name}`, async (request, reply) => {
      const carried = textFields(request.query);
      const language = languageOf(request, carried);
      const page = kind.opened(language, carried);
      return 'handOver' in page ? handOver(request, reply, language, page.handOver) : show(reply, page);
    });
    if (kind.posted === null) continue;
    fastify.route({
      method: 'POST',
      url: `/p/${name}`,
      config: { form: true } as object,
      handler: (request, reply) => post(kind, request, reply),
    });
  }
};

const textFields = (given: unknown): Fields =>
  Object.fromEntries(
    Object.entries((given ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' ? [[name, value]] : [],
    ),
  );

/** The mail's language, else the browser's, else Swedish. */
const languageOf = ({ headers }: FastifyRequest, { lang }: Fields): Locale => {
  const accepted = (headers['accept-language'] ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  return [lang, ...accepted].flatMap((wanted) => locales.find((known) => known === wanted) ?? [])[0] ?? 'sv';
};
