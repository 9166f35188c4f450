import { setTimeout as sleep } from 'node:timers/promises';
import { customers, orders, outbox, statuses } from './entities.mjs';

/** @typedef {import('./entities.mjs').Task} Task @typedef {import('./processors.mjs').Processors} Processors */

const atOnce = 8;
const pollMs = 250;

/** Does what the outbox says: claims rows, calls outside of any transaction, records what came of it. */
export class OutboxWorker {
  #rows;
  #processors;
  #isStopping = false;
  /** @type {Set<Promise<void>>} */
  #inHand = new Set();
  #loop = Promise.resolve();
  #wake = () => {};

  /** @param {import('typeorm').DataSource} rows @param {Processors} processors */
  constructor(rows, processors) {
    this.#rows = rows;
    this.#processors = processors;
  }

  start() {
    this.#loop = this.#run();
  }

  wake() {
    this.#wake();
  }

  async stop() {
    this.#isStopping = true;
    this.wake();
    await this.#loop;
    await Promise.all(this.#inHand);
  }

  async #run() {
    while (!this.#isStopping) {
      const woken = new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      const free = atOnce - this.#inHand.size;
      const tasks = free > 0 ? await this.#claim(free) : [];
      for (const task of tasks) this.#take(task);
      if (tasks.length < free || free === 0) await Promise.race([woken, sleep(pollMs)]);
    }
  }

  /** @param {number} most @returns {Promise<Task[]>} */
  async #claim(most) {
    const [tasks] = await this.#rows.query(
      `UPDATE outbox SET "claimedUntil" = now() + interval '30 s', attempts = attempts + 1
       WHERE id IN (SELECT id FROM outbox WHERE "claimedUntil" IS NULL OR "claimedUntil" < now()
                    ORDER BY id LIMIT ${most} FOR UPDATE SKIP LOCKED)
       RETURNING id, kind, "orderId"`,
    );
    return tasks;
  }

  /** @param {Task} task */
  #take(task) {
    const work = this.#do(task)
      .catch((error) => process.stderr.write(`${task.kind}: ${error}\n`)) // it is claimed again later
      .then(() => {
        this.#inHand.delete(work);
        this.wake();
      });
    this.#inHand.add(work);
  }

  /** @param {Task} task */
  async #do(task) {
    const order = await this.#rows.getRepository(orders).findOneByOrFail({ id: task.orderId });
    if (task.kind === 'readPayment') return this.#read(task, order);
    const customer = await this.#rows.getRepository(customers).findOneByOrFail({ id: order.customerId });
    if (task.kind === 'sendMail') {
      await this.#processors.confirm(order, customer);
      return this.#done(task, async () => undefined);
    }
    const { id: checkoutId, pageUrl: paymentUrl } = await this.#processors.openCheckout(order, customer);
    return this.#done(task, async (transaction) => {
      await transaction.getRepository(orders).update(order.id, { status: 'awaitingPayment', checkoutId, paymentUrl });
    });
  }

  /** @param {Task} task @param {import('./entities.mjs').Order} order */
  async #read(task, order) {
    const { status } = await this.#processors.readCheckout(order.checkoutId ?? '');
    return this.#done(task, async (transaction) => {
      if (status !== 'readyToShip' || order.status === 'paid') return;
      await transaction.getRepository(orders).update(order.id, { status: 'paid' });
      await transaction.getRepository(statuses).insert({ orderId: order.id, status: 'paid', at: new Date() });
      await transaction.getRepository(outbox).insert({ kind: 'sendMail', orderId: order.id });
    });
  }

  /** @param {Task} task @param {(transaction: import('typeorm').EntityManager) => Promise<void>} work */
  async #done(task, work) {
    await this.#rows.transaction(async (transaction) => {
      await work(transaction);
      await transaction.getRepository(outbox).delete(task.id);
    });
  }
}
