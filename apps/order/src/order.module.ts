import type { ServiceDefinition } from '@dittoo/platform';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { Catalogue } from './catalogue/catalogue.query.js';
import { Customers } from './customer-snapshot/customer-snapshot.query.js';
import { OrderListController } from './order-list/order-list.controller.js';
import { OrderListProjection } from './order-list/order-list.projection.js';
import { OrderList } from './order-list/order-list.query.js';
import { OrderRow } from './order-list/order-row.entity.js';
import { ordersSchema } from './order.migrations.js';
import { OrderNumbers } from './order-number/order-numbers.js';
import { OrderProgressController } from './order/order-progress.controller.js';
import { OrderProgress } from './order/order-progress.query.js';
import { OrderController } from './order/order.controller.js';
import { Orders } from './order/order.query.js';
import { OrderReactor } from './order/order.reactor.js';

/**
 * Product and customer in -> decider -> stream `order-<id>`; processor-forwarding opens the payment, and the
 * processor's results come back through the reactor. The list is a projection; an order by id is read from its stream.
 */
@Module({})
export class OrderModule {
  static register(platform: DynamicModule): DynamicModule {
    return {
      module: OrderModule,
      imports: [platform, TypeOrmModule.forFeature([OrderRow])],
      controllers: [
        CatalogueController,
        OrderController,
        OrderReactor,
        OrderListProjection,
        OrderListController,
        OrderProgressController,
      ],
      providers: [Catalogue, Customers, OrderNumbers, Orders, OrderProgress, OrderList],
    };
  }
}

/** Order as a separate process. */
export const orderService: ServiceDefinition = {
  schemas: [ordersSchema],
  module: (platform) => OrderModule.register(platform),
};
