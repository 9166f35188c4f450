export { deliveryMigrations, deliveryRows } from './delivery.migrations.js';
export { GatheredRows } from './gathered-rows.js';
export type { InboxAlerts } from './intake.js';
export { isTransient } from './transient-error.js';
export { TypeOrmInbox } from './typeorm-inbox.js';
