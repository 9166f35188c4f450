import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { Payment } from './payment-processor.port.js';

/** The payment is in a status in which the command cannot be done: nothing was changed, and this is what it is. */
export class PaymentNotInState extends TransmissionFailed {
  constructor(readonly payment: Payment) {
    super(`payment-${payment.status}`, 'rejected', { retry: false });
    this.name = 'PaymentNotInState';
  }
}
