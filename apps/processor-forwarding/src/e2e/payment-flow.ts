import { streamName } from '@dittoo/kernel';
import { order, type Stage } from './stage.js';

/** An order whose payment is opened. */
export const paymentFlow = (stage: () => Stage) => {
  const opened = async (given: Parameters<Stage['placeOrder']>[0] = {}) => {
    const placed = await stage().placeOrder(given);
    const checkout = await stage().waitFor('openPayment', placed.orderId, 'CheckoutOpened');
    await stage().waitFor('openPayment', placed.orderId, 'ForwardingCompleted');
    return { ...placed, reference: checkout.paymentReference, checkout };
  };
  const approved = async () => {
    const payment = await opened();
    await stage().decide(payment.reference, 'approve');
    await stage().waitFor('openPayment', payment.orderId, 'PaymentStatusRead');
    // As the order service notes it.
    const paid = { processorId: 'payson', paymentReference: payment.reference, amount: order.total };
    await stage().append(streamName('order', payment.orderId), payment.subjectId, { type: 'PaymentApproved', data: paid }); // prettier-ignore
    return payment;
  };
  const shipped = async () => {
    const payment = await approved();
    const shipment = { type: 'OrderShipped', data: { shippedAt: '2026-11-22T10:00:00.000Z' } };
    await stage().append(streamName('order', payment.orderId), payment.subjectId, shipment);
    await stage().waitFor('capturePayment', payment.orderId, 'ForwardingCompleted');
    return payment;
  };
  return { opened, approved, shipped };
};
