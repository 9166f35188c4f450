export { EventDelivery, type EventGroup } from './event-delivery.js';
export { InProcessDelivery, type DeliveryLog } from './in-process-delivery.js';
export { InProcessRoad } from './in-process-road.js';
