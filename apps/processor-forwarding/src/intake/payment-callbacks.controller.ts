import { EventStore, DomainError, streamName, type SubjectId } from '@dittoo/kernel';
import { AcceptsForm } from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiNotFoundResponse, ApiOkResponse, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { PaymentWatch } from '../payment/payment-watch.js';
import { queueTablesOf } from '../queue/queue-tables.js';
import { CallbackTokens } from '../payment/callback-tokens.js';
import { CallbackAnswer } from './callback.http.js';

const checkoutShape = /^[\w-]{1,64}$/;

/**
 * Callbacks of processors. Payson's carry no signature and Mondido's a checksum that proves little, so their content is
 * not trusted: a callback with the right token only queues a reading of that order's payment. Ten callbacks at once are
 * one reading.
 *
 * Dies before the reading is queued: the callback got no response and is repeated; if not, the payment is polled
 * anyway.
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
    return this.queueReading('payson', token, checkout);
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
    return this.queueReading('payson', token, (body as { checkoutId?: unknown } | undefined)?.checkoutId ?? checkout);
  }

  /** The body is the transaction; it is not read. */
  @Post('mondido/:token')
  @AcceptsForm()
  @HttpCode(200)
  @ApiBody({ required: false, schema: { type: 'object' } })
  @ApiOkResponse({ type: CallbackAnswer })
  @ApiNotFoundResponse({ description: 'No such token' })
  async mondido(@Param('token') token: string): Promise<CallbackAnswer> {
    return this.queueReading('mondido', token, null);
  }

  private async queueReading(
    processorId: 'payson' | 'mondido',
    token: string,
    checkout: unknown,
  ): Promise<CallbackAnswer> {
    const orderId = this.tokens.orderOf(processorId, token);
    if (orderId === null) throw new DomainError('not-found');
    const forwardingId = forwardingIdOf(processorId, 'openPayment', orderId);
    let subjectId: SubjectId | null = null;
    let reference: string | null = null;
    for await (const { type, data, metadata } of this.store.readStream(streamName('forwarding', forwardingId))) {
      subjectId = metadata.dataSubjectId;
      if (type === 'CheckoutOpened') reference = String(data['paymentReference']);
    }
    if (subjectId === null) throw new DomainError('not-found');
    // The callback may come before the opening is recorded. One that names another checkout is not about this order.
    const named = typeof checkout === 'string' && checkoutShape.test(checkout) ? checkout.toLowerCase() : null;
    if (named !== null && reference !== null && named !== reference.toLowerCase()) throw new DomainError('not-found');
    const tables = queueTablesOf(processorId);
    if (tables === null) throw new DomainError('not-found');
    await this.watch.read(tables, { forwardingId, subjectId, orderId });
    return { received: true };
  }
}
