import { orderNumberOf, type OrderLine, type PostalAddress } from '@dittoo/contracts';
import { Clock, derivedId, DomainError, type OrderId } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { paymentOffer, type Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  FromPrincipal,
  Idempotent,
  idParam,
  refuseCardNumbers,
  refuseCardNumbersOf,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Catalogue, currency } from '../catalogue/catalogue.query.js';
import { Customers } from '../customer-snapshot/customer-snapshot.query.js';
import { OrderNumbers } from '../order-number/order-numbers.js';
import { orderDecider, type OrderCommand } from './order.decider.js';
import {
  OrderAnswer,
  OrderStateAnswer,
  PlaceOrderBody,
  quantityAtMost,
  RefundAnswer,
  RefundBody,
  type LineBody,
} from './order.http.js';
import { Orders, refundAnswers, stateAnswer } from './order.query.js';
import type { PlacedOrder } from './order.js';

/**
 * Orders by id. Placing one is the hot path: one read of the customer's stream, one append.
 *
 * Dies before the append: nothing was ordered. Dies after it: the same Idempotency-Key finds the same order.
 */
@ApiTags('Orders')
@ApiBearerAuth()
@Controller('api/v1/orders')
export class OrderController {
  constructor(
    private readonly commands: Commands,
    private readonly catalogue: Catalogue,
    private readonly customers: Customers,
    private readonly orders: Orders,
    private readonly numbers: OrderNumbers,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @SignedIn('customer')
  @Idempotent()
  @ApiCreatedResponse({ type: OrderStateAnswer, headers: { Location: { schema: { type: 'string' } } } })
  @ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
  async place(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() body: PlaceOrderBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderStateAnswer> {
    refuseCardNumbersOf({ address: body.deliveryAddress });
    const quantities = merged(body.lines);
    const customer = await this.customers.snapshot(subjectId);
    const orderId = await this.numbers.idFor(caller.commandId);
    await this.commands.begin(
      orderDecider,
      orderId,
      {
        type: 'PlaceOrder',
        lines: quantities.map(({ sku, quantity }) => this.priced(sku, quantity, customer.locale)),
        currency,
        method: body.payment.method,
        personnummerGround: body.personnummerGround ?? null,
        deliveryAddress: addressOf(body.deliveryAddress),
        offer: paymentOffer(this.register, body.payment.method),
        customer,
      },
      commandContext(caller, subjectId),
    );
    void reply.header('location', `/api/v1/orders/${orderId}`);
    return { orderId, orderNumber: orderNumberOf(orderId), status: 'placed', payment: { status: 'pending' } };
  }

  @Get(':orderId')
  @SignedIn()
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiOkResponse({ type: OrderAnswer })
  @ApiProblems(401, 404, 503)
  async order(@FromPrincipal() principal: Principal, @Param('orderId') orderId: string): Promise<OrderAnswer> {
    const order = await this.orders.get(idParam(orderId), principal);
    // The delivery address is the only personal data in the body.
    const withheld = principal.role !== 'customer' && (await this.customers.isRestricted(order.customerId));
    return withheld ? { ...order, deliveryAddress: { restricted: true } } : order;
  }

  @Post(':orderId/cancellation')
  @HttpCode(200)
  @SignedIn()
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiOkResponse({ type: OrderStateAnswer })
  @ApiProblems(401, 404, 409, 503)
  async cancel(
    @FromPrincipal() principal: Principal,
    @FromCaller() caller: Caller,
    @Param('orderId') orderId: string,
  ): Promise<OrderStateAnswer> {
    const by = principal.role === 'customer' ? 'customer' : 'staff';
    return stateAnswer(orderId, await this.tell(orderId, principal, caller, { type: 'CancelOrder', by }));
  }

  @Post(':orderId/shipment')
  @HttpCode(200)
  @SignedIn('staff', 'complianceOfficer')
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiOkResponse({ type: OrderStateAnswer })
  @ApiProblems(401, 403, 404, 409, 503)
  async ship(
    @FromPrincipal() principal: Principal,
    @FromCaller() caller: Caller,
    @Param('orderId') orderId: string,
  ): Promise<OrderStateAnswer> {
    const shippedAt = this.clock.now();
    return stateAnswer(orderId, await this.tell(orderId, principal, caller, { type: 'ShipOrder', shippedAt }));
  }

  @Post(':orderId/refunds')
  @SignedIn('staff', 'complianceOfficer')
  @Idempotent()
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiBody({ type: RefundBody })
  @ApiCreatedResponse({ type: RefundAnswer, headers: { Location: { schema: { type: 'string' } } } })
  @ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
  async refund(
    @FromPrincipal() principal: Principal,
    @FromCaller() caller: Caller,
    @Param('orderId') orderId: string,
    @Body() { lines, reason }: RefundBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RefundAnswer> {
    refuseCardNumbers(reason);
    const refundId = derivedId('refund', caller.commandId);
    const order = await this.tell(orderId, principal, caller, {
      type: 'DecideRefund',
      refundId,
      lines: lines?.map(({ sku, quantity }) => ({ sku, quantity })) ?? null,
      reason,
    });
    void reply.header('location', `/api/v1/orders/${orderId}`);
    return refundAnswers(order).find((refund) => refund.refundId === refundId)!;
  }

  /** Runs a command on an order that the principal may see. */
  private async tell(
    orderId: OrderId,
    principal: Principal,
    caller: Caller,
    command: OrderCommand,
  ): Promise<PlacedOrder> {
    const { customerId } = await this.orders.get(idParam(orderId), principal);
    const context = commandContext(caller, customerId);
    const { state } = await this.commands.execute(orderDecider, orderId, command, context);
    if (state.stage === 'none') throw new DomainError('not-found');
    return state;
  }

  private priced(sku: string, quantity: number, locale: 'sv' | 'en'): OrderLine {
    const product = this.catalogue.find(sku);
    if (product === undefined) throw new DomainError('unknown-product');
    return {
      sku,
      name: product.name[locale],
      quantity,
      unitPriceMinor: product.priceMinor,
      taxRate: product.taxRate,
    };
  }
}

/** One line for each product. @throws DomainError `invalid-field` when a product's sum exceeds the maximum quantity */
const merged = (lines: readonly LineBody[]): { readonly sku: string; readonly quantity: number }[] => {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => {
    if (quantity <= quantityAtMost) return { sku, quantity };
    const message = `must not hold more than ${quantityAtMost} of one product`;
    throw new DomainError('invalid-field', undefined, [{ field: 'lines', message }]);
  });
};

const addressOf = (body: PostalAddress | undefined): PostalAddress | null => {
  if (body === undefined || body === null) return null;
  const { street, postalCode, city, country } = body;
  return { street, postalCode, city, country };
};
