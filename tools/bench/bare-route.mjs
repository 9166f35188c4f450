/** The limit of the order path: Fastify, one route, one INSERT. A process of its own, as the shop is. */
import fastify from 'fastify';
import pg from 'pg';

const url = process.argv[2];
if (url === undefined) throw new Error('usage: node bare-route.mjs DATABASE_URL');
const pool = new pg.Pool({ connectionString: url, max: 16 });
const app = fastify({ logger: false });
app.post('/orders', async (request, reply) => {
  const id = crypto.randomUUID();
  await pool.query({
    name: 'bare-insert',
    text: `INSERT INTO bench.raw VALUES ($1, 0, $2, 'OrderPlaced', $3, '{}', now())`,
    values: [`order-${id}`, id, JSON.stringify(request.body)],
  });
  return reply.code(201).send({ orderId: id, status: 'placed', payment: { status: 'pending' } });
});
process.stdout.write(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
process.on(
  'SIGTERM',
  () =>
    void app
      .close()
      .then(() => pool.end())
      .then(() => process.exit(0)),
);
