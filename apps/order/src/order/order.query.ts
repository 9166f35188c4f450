import { orderNumberOf, orderStatusOf, paidBackMinor, paymentOf, type OrderEvent } from '@dittoo/contracts';
import { DomainError, isErased, type OrderId, type SubjectId, type Uuid } from '@dittoo/kernel';
import { Commands, type Principal } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { messages } from '../messages/messages.js';
import { orderDecider } from './order.decider.js';
import type { PlacedOrder } from './order.js';
import type { OrderAnswer, OrderStateAnswer, PlacedPaymentAnswer, RefundAnswer } from './order.http.js';

/** An order, read from its stream and always current. Another customer's order is not found. */
@Injectable()
export class Orders {
  constructor(private readonly commands: Commands) {}

  /** @throws DomainError `not-found` unless it is the principal's own, or the principal is staff */
  async get(orderId: OrderId, principal: Principal): Promise<OrderAnswer> {
    const { state, history } = await this.commands.load(orderDecider, orderId);
    const first = history[0];
    const customerId = first?.recorded.metadata.dataSubjectId ?? null;
    if (state.stage === 'none' || first?.event.type !== 'OrderPlaced' || !maySee(principal, customerId)) {
      throw new DomainError('not-found');
    }
    const events: readonly OrderEvent[] = history.map(({ event }) => event);
    const shipped = events.find((event) => event.type === 'OrderShipped');
    const { currency } = state.total;
    const recipient = first.event.data.recipient;
    return {
      ...stateAnswer(orderId, state),
      customerId,
      lines: state.lines.map(({ sku, name, quantity, unitPriceMinor, taxRate }) => ({
        sku,
        name,
        quantity,
        unitPrice: { amountMinor: unitPriceMinor, currency },
        total: { amountMinor: unitPriceMinor * quantity, currency },
        taxRate,
      })),
      total: state.total,
      payment: { method: state.method, ...paymentAnswer(state) },
      refunds: refundAnswers(state),
      refunded: { amountMinor: paidBackMinor(state), currency },
      deliveryAddress: isErased(recipient) ? recipient : recipient.address,
      placedAt: first.recorded.metadata.recordedAt,
      changedAt: history.at(-1)!.recorded.metadata.recordedAt,
      shippedAt: shipped?.data.shippedAt ?? null,
    };
  }
}

/** Whether the order is the principal's own, or the principal is staff. */
export const maySee = ({ role, subjectId }: Principal, customerId: SubjectId | null): customerId is Uuid =>
  customerId !== null && (role !== 'customer' || subjectId === customerId);

export const stateAnswer = (orderId: OrderId, order: PlacedOrder): OrderStateAnswer => ({
  orderId,
  orderNumber: orderNumberOf(orderId),
  status: orderStatusOf(order),
  payment: paymentAnswer(order),
});

const paymentAnswer = (order: PlacedOrder): PlacedPaymentAnswer => {
  switch (order.stage) {
    case 'placed':
      return { status: 'pending' };
    case 'awaitingPayment':
      return order.action === null ? { status: 'pending' } : { status: 'open', action: order.action };
    case 'paymentDenied':
      return {
        status: 'denied',
        reason: order.reason,
        explanation: messages(order.locale).format(`denial.${order.reason}`),
      };
    case 'paid':
    case 'shipped':
      return { status: order.released ? 'cancelled' : 'approved' };
    case 'cancelled':
      return { status: 'cancelled' };
  }
};

export const refundAnswers = (order: PlacedOrder): RefundAnswer[] =>
  (paymentOf(order)?.refunds ?? []).map(({ refundId, lines, amountMinor, status }) => ({
    refundId,
    status,
    amount: { amountMinor, currency: order.total.currency },
    lines,
  }));
