import { DomainError } from '@dittoo/kernel';
import { ApiProblems, FromPrincipal, SignedIn, type Page, type Principal } from '@dittoo/service';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { OrderListQuery, OrderPage, type OrderListItem } from './order-list.http.js';
import { OrderList } from './order-list.query.js';

/** `GET /orders`: a customer's own, or all of them for staff. */
@ApiTags('Orders')
@ApiBearerAuth()
@Controller('api/v1/orders')
export class OrderListController {
  constructor(private readonly list: OrderList) {}

  @Get()
  @SignedIn()
  @ApiOkResponse({ type: OrderPage })
  @ApiProblems(400, 401, 403, 503)
  async orders(
    @FromPrincipal() { role, subjectId }: Principal,
    @Query() { customerId, cursor, limit = 50, orderNumber }: OrderListQuery,
  ): Promise<Page<OrderListItem>> {
    if (role === 'customer' && customerId !== undefined && customerId !== subjectId)
      throw new DomainError('not-allowed');
    const whose = role === 'customer' ? subjectId : (customerId ?? null);
    return orderNumber === undefined ? this.list.page(whose, limit, cursor) : this.list.withNumber(whose, orderNumber);
  }
}
