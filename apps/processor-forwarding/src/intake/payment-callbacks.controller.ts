import { EventStore, DomainError, streamName } from '@dittoo/kernel';
import { AcceptsForm } from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiNotFoundResponse, ApiOkResponse, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import { tableSetOf } from '../queue/queue-tables.js';
import { CallbackTokens } from '../payment/callback-tokens.js';
import { CallbackAnswer } from './callback.http.js';

const checkoutShape = /^[\w-]{1,64}$/;

/**
 * What processors say by themselves. Payson's calls carry no signature and Mondido's a checksum that proves little, so
 * nothing they say is believed: a call with the right token queues a reading of that order's payment, and that is all
 * it can do. Ten calls at once are one reading.
 *
 * Dies before the reading is queued: the call was not answered and comes again; if not, the payment is polled anyway.
 */
@ApiTags('Callbacks')
@ApiParam({ name: 'token', schema: { type: 'string', maxLength: 200 } })
@Controller('api/v1/callbacks')
export class PaymentCallbacksController {
  constructor(
    private readonly tokens: CallbackTokens,
    private readonly store: EventStore,
    private readonly watch: PaymentWatch,
  ) {}

  @Get('payson/:token')
  @ApiQuery({ name: 'checkout', required: false, schema: { type: 'string', maxLength: 64 } })
  @ApiOkResponse({ type: CallbackAnswer })
  @ApiNotFoundResponse({ description: 'No such token' })
  async called(@Param('token') token: string, @Query('checkout') checkout?: unknown): Promise<CallbackAnswer> {
    return this.hint('payson', token, checkout);
  }

  @Post('payson/:token')
  @AcceptsForm()
  @HttpCode(200)
  @ApiQuery({ name: 'checkout', required: false, schema: { type: 'string', maxLength: 64 } })
  @ApiBody({ required: false, schema: { type: 'object', properties: { checkoutId: { type: 'string' } } } })
  @ApiOkResponse({ type: CallbackAnswer })
  @ApiNotFoundResponse({ description: 'No such token' })
  async posted(
    @Param('token') token: string,
    @Query('checkout') checkout?: unknown,
    @Body() body?: object,
  ): Promise<CallbackAnswer> {
    return this.hint('payson', token, (body as { checkoutId?: unknown } | undefined)?.checkoutId ?? checkout);
  }

  /** The body is the transaction and is not looked at. */
  @Post('mondido/:token')
  @AcceptsForm()
  @HttpCode(200)
  @ApiBody({ required: false, schema: { type: 'object' } })
  @ApiOkResponse({ type: CallbackAnswer })
  @ApiNotFoundResponse({ description: 'No such token' })
  async mondido(@Param('token') token: string): Promise<CallbackAnswer> {
    return this.hint('mondido', token, null);
  }

  private async hint(processorId: 'payson' | 'mondido', token: string, checkout: unknown): Promise<CallbackAnswer> {
    const orderId = this.tokens.orderOf(processorId, token);
    if (orderId === null) throw new DomainError('not-found');
    const forwardingId = forwardingIdOf(processorId, 'openPayment', orderId);
    let subjectId: string | null = null;
    let reference: string | null = null;
    for await (const { type, data, metadata } of this.store.readStream(streamName('forwarding', forwardingId))) {
      subjectId = metadata.dataSubjectId;
      if (type === 'CheckoutOpened') reference = String(data['paymentReference']);
    }
    if (subjectId === null) throw new DomainError('not-found');
    // The checkout may be named before its opening is recorded; one that is another's is no hint about this order.
    const named = typeof checkout === 'string' && checkoutShape.test(checkout) ? checkout.toLowerCase() : null;
    if (named !== null && reference !== null && named !== reference.toLowerCase()) throw new DomainError('not-found');
    await this.watch.read(tableSetOf(processorId)!, { forwardingId, subjectId, orderId });
    return { received: true };
  }
}
