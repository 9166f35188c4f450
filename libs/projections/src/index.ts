export { deliveryMigrations, deliveryRows } from './delivery.migrations.js';
export { RowsOfPage } from './rows-of-page.js';
export type { InboxAlerts } from './intake.js';
export { isTransient } from './transient-error.js';
export { TypeOrmInbox } from './typeorm-inbox.js';
