import type { FastifyInstance } from 'fastify';
import { faultFrom } from '../reception/faults.js';
import { acts, wholeAmount, type ActingProcessor } from '../payment/acts.js';
import type { Notifier } from '../payment/notifier.js';
import { type Reception, jsonBody } from '../reception/reception.js';

/** Routes for tests and demonstrations: received requests, and planted faults. */
export const inspect = (
  app: FastifyInstance,
  processors: readonly string[],
  { received, faults }: Reception,
  notifiers: Readonly<Record<string, Notifier>>,
  acting: Readonly<Record<string, ActingProcessor>>,
): void => {
  app.post<{ Params: { processor: string; id: string } }>(
    '/sandbox/:processor/payments/:id/acts',
    async ({ params, body }, reply) => {
      const given = (jsonBody(String(body)) ?? {}) as { act?: unknown; amountMinor?: unknown };
      const act = acts.find((name) => name === given.act);
      const processor = Object.hasOwn(acting, params.processor) ? acting[params.processor] : undefined;
      if (processor === undefined) return reply.code(404).send({ message: 'no such processor' });
      if (act === undefined) return reply.code(400).send({ message: `act must be one of ${acts.join(', ')}` });
      const outcome = processor.act(params.id, act, wholeAmount(given.amountMinor));
      return reply.code({ done: 200, unknown: 404, impossible: 409 }[outcome]).send({ outcome });
    },
  );

  app.get('/sandbox', async () => ({ processors, received: received.all().length, dropped: received.dropped() }));

  app.get<{ Params: { processor: string } }>('/sandbox/:processor/requests', async ({ params }, reply) =>
    processors.includes(params.processor)
      ? { items: received.all(params.processor), dropped: received.dropped() }
      : reply.code(404).send({ message: 'no such processor' }),
  );
  app.delete('/sandbox/requests', async (_request, reply) => {
    received.clear();
    for (const notifier of Object.values(notifiers)) notifier.clear();
    return reply.code(204).send();
  });

  app.get<{ Params: { processor: string } }>('/sandbox/:processor/notifications', async ({ params }, reply) => {
    const notifier = Object.hasOwn(notifiers, params.processor) ? notifiers[params.processor] : undefined;
    return notifier === undefined
      ? reply.code(404).send({ message: 'no such processor' })
      : { items: notifier.attempts() };
  });

  app.get('/sandbox/faults', async () => ({ items: faults.all() }));
  app.post('/sandbox/faults', async ({ body }, reply) => {
    const fault = faultFrom(jsonBody(String(body)), processors);
    if (typeof fault === 'string') return reply.code(400).send({ message: fault });
    faults.plant(fault);
    return reply.code(201).send(fault);
  });
  app.delete('/sandbox/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
};
