import { newId } from '@dittoo/kernel';
import type { FastifyInstance } from 'fastify';
import type { Reception } from '../reception/reception.js';
import { listed, refused, type ById, type Listing } from './answers.js';
import { readForm } from './mondido-body.js';
import { mondidoErrors } from './transaction.js';

interface Customer {
  readonly id: number;
  readonly ref: string;
  readonly metadata: unknown;
  readonly created_at: string;
}

interface StoredCard {
  readonly id: number;
  readonly token: string;
  readonly status: 'active' | 'deleted';
  readonly card_number: string;
  readonly card_type: string;
  readonly customer: { readonly id: number } | null;
}

/** Mondido's customers and their stored cards; they live as long as the process. */
export class MondidoCustomers {
  private readonly customers = new Map<number, Customer>();
  private readonly customerByRef = new Map<string, number>();
  private readonly storedCards = new Map<number, StoredCard>();

  constructor(
    private readonly nextId: () => number,
    private readonly reception: Reception,
  ) {}

  mount(api: FastifyInstance): void {
    api.get<Listing>('/customers', async ({ query }, reply) => {
      const wanted = query['filter[ref]'];
      const found = [...this.customers.values()].filter(({ ref }) => wanted === undefined || ref === wanted);
      return listed(reply, query, found, (customer) => customer);
    });
    api.post('/customers', async ({ body }, reply) => {
      const { ref, metadata } = readForm(String(body));
      if (typeof ref !== 'string' || ref === '') return refused(reply, mondidoErrors.parameter);
      const customer = { ...this.of(ref), metadata: metadata ?? null };
      this.customers.set(customer.id, customer);
      return reply.code(201).send(customer);
    });
    api.get<ById>('/customers/:id', async ({ params }, reply) => {
      return this.customers.get(Number(params.id)) ?? refused(reply, mondidoErrors.notFound, 404);
    });
    api.put<ById>('/customers/:id', async ({ params, body }, reply) => {
      const customer = this.customers.get(Number(params.id));
      if (customer === undefined) return refused(reply, mondidoErrors.notFound, 404);
      const changed = { ...customer, metadata: readForm(String(body))['metadata'] ?? customer.metadata };
      this.customers.set(changed.id, changed);
      return changed;
    });

    api.get<Listing>('/stored_cards', async ({ query }, reply) => {
      const wanted = query['filter[customer_id]'];
      const found = [...this.storedCards.values()].filter(
        ({ customer }) => wanted === undefined || customer?.id === Number(wanted),
      );
      return listed(reply, query, found, (card) => card);
    });
    api.get<ById>('/stored_cards/:id', async ({ params }, reply) => {
      return this.storedCards.get(Number(params.id)) ?? refused(reply, mondidoErrors.notFound, 404);
    });
    api.delete<ById>('/stored_cards/:id', async ({ params }, reply) => {
      const card = this.storedCards.get(Number(params.id));
      if (card === undefined) return refused(reply, mondidoErrors.notFound, 404);
      const deleted = { ...card, status: 'deleted' as const };
      this.storedCards.set(card.id, deleted);
      return deleted;
    });
  }

  storeCard(customerId: number | null): number {
    const id = this.nextId();
    this.storedCards.set(id, {
      id,
      token: newId(),
      status: 'active',
      card_number: '411111******1111',
      card_type: 'VISA',
      customer: customerId === null ? null : { id: customerId },
    });
    return id;
  }

  of(ref: string): Customer {
    const known = this.customers.get(this.customerByRef.get(ref) ?? 0);
    if (known !== undefined) return known;
    const customer = { id: this.nextId(), ref, metadata: null, created_at: this.reception.clock.now() };
    this.customers.set(customer.id, customer);
    this.customerByRef.set(ref, customer.id);
    return customer;
  }
}
