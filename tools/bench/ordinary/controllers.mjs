import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Query,
  UnprocessableEntityException,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CustomerBody, LoginBody, OrderBody } from './bodies.mjs';
import { customers, orders, outbox } from './entities.mjs';
import { OutboxWorker } from './outbox-worker.mjs';
import { Tokens } from './tokens.mjs';

const product = { sku: 'linne-handduk', name: 'Handduk i linne', unitPriceMinor: 14_900, taxRate: 0.25 };

/**
 * What decorators say in TypeScript.
 *
 * @param {Function} controller @param {string} path @param {Function[]} injected
 * @param {Record<string, { route: MethodDecorator[], from: ParameterDecorator[], types: Function[] }>} methods
 */
const routes = (controller, path, injected, methods) => {
  Controller(path)(controller);
  injected.forEach((token, index) => Inject(token)(controller, undefined, index));
  for (const [name, { from, route, types }] of Object.entries(methods)) {
    const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, name) ?? {};
    from.forEach((decorate, index) => decorate(controller.prototype, name, index));
    // The pipe checks a body by the class TypeScript would have written down here.
    Reflect.defineMetadata('design:paramtypes', types, controller.prototype, name);
    for (const decorate of route) decorate(controller.prototype, name, descriptor);
  }
};

export class CustomersController {
  /** @param {DataSource} rows @param {Tokens} tokens */
  constructor(rows, tokens) {
    this.rows = rows;
    this.tokens = tokens;
  }

  /** @param {any} body */
  async register({ address, email, familyName, givenName, phone = null }) {
    const customerId = randomUUID();
    await this.rows.getRepository(customers).insert({ id: customerId, address, email, familyName, givenName, phone });
    return { customerId };
  }

  /** @param {any} body */
  async signIn({ email }) {
    const customer = await this.rows.getRepository(customers).findOneByOrFail({ email });
    return { accessToken: await this.tokens.sign(customer.id), refreshToken: null, expiresIn: 3600 };
  }
}
routes(CustomersController, 'api/v1', [DataSource, Tokens], {
  register: { route: [Post('customers')], from: [Body()], types: [CustomerBody] },
  signIn: { route: [Post('sessions')], from: [Body()], types: [LoginBody] },
});

export class CatalogueController {
  policy() {
    return { noticeVersion: 'none' };
  }

  products() {
    return { items: [product], nextCursor: null };
  }
}
routes(CatalogueController, 'api/v1', [], {
  policy: { route: [Get('policy')], from: [], types: [] },
  products: { route: [Get('products')], from: [], types: [] },
});

export class OrdersController {
  /** @param {DataSource} rows @param {OutboxWorker} worker @param {Tokens} tokens */
  constructor(rows, worker, tokens) {
    this.rows = rows;
    this.worker = worker;
    this.tokens = tokens;
  }

  /** @param {any} body @param {string} [authorization] */
  async place({ lines }, authorization) {
    const customerId = await this.tokens.customerOf(authorization);
    const customer = await this.rows.getRepository(customers).findOneBy({ id: customerId });
    if (customer === null) throw new NotFoundException();
    const priced = lines.map((/** @type {{ sku: string, quantity: number }} */ { sku, quantity }) => {
      if (sku !== product.sku) throw new UnprocessableEntityException();
      return { ...product, quantity };
    });
    const orderId = randomUUID();
    await this.rows.transaction(async (transaction) => {
      await transaction.getRepository(orders).insert({
        id: orderId,
        customerId,
        status: 'placed',
        lines: priced,
        totalMinor: priced.reduce((/** @type {number} */ sum, /** @type {import('./entities.mjs').Line} */ line) => sum + line.quantity * line.unitPriceMinor, 0), // prettier-ignore
        currency: 'SEK',
        placedAt: new Date(),
      });
      await transaction.getRepository(outbox).insert({ kind: 'openPayment', orderId });
    });
    this.worker.wake();
    return { orderId, status: 'placed', payment: { status: 'pending' } };
  }

  /** @param {string} id @param {string} [authorization] */
  async order(id, authorization) {
    const customerId = await this.tokens.customerOf(authorization);
    const order = await this.rows.getRepository(orders).findOneBy({ id, customerId });
    if (order === null) throw new NotFoundException();
    const { lines, paymentUrl, placedAt, status, totalMinor } = order;
    const action = paymentUrl === null ? {} : { action: { kind: 'snippet', url: paymentUrl } };
    return { orderId: id, status, payment: { method: 'paysonInvoice', ...action }, lines, totalMinor, placedAt };
  }
}
routes(OrdersController, 'api/v1/orders', [DataSource, OutboxWorker, Tokens], {
  place: { route: [Post()], from: [Body(), Headers('authorization')], types: [OrderBody, String] },
  order: { route: [Get(':id')], from: [Param('id'), Headers('authorization')], types: [String, String] },
});

export class CallbacksController {
  /** @param {DataSource} rows @param {OutboxWorker} worker */
  constructor(rows, worker) {
    this.rows = rows;
    this.worker = worker;
  }

  /** A hint: the state is read back. @param {string} checkoutId */
  async payson(checkoutId) {
    const order = await this.rows.getRepository(orders).findOneBy({ checkoutId });
    if (order === null) throw new NotFoundException();
    await this.rows.getRepository(outbox).insert({ kind: 'readPayment', orderId: order.id });
    this.worker.wake();
    return { received: true };
  }
}
routes(CallbacksController, 'api/v1/callbacks', [DataSource, OutboxWorker], {
  payson: { route: [Get('payson'), HttpCode(200)], from: [Query('checkout')], types: [String] },
});
