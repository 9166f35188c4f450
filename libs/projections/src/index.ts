export { deliveryMigrations, deliveryRows } from './delivery.migrations.js';
export { GatheredRows } from './gathered-rows.js';
export { isTransient } from './transient-error.js';
export { TypeOrmInbox, type InboxAlerts } from './typeorm-inbox.js';
export { TypeOrmPartitionInbox, type PartitionInboxAlerts } from './typeorm-partition-inbox.js';
