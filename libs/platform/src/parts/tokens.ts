/** The process's pino log. */
export const LOGGER = Symbol('Logger');
/** The processor register. */
export const REGISTER = Symbol('Register');
/** `RetentionEnds`: the register's retention, for code that does not import the register. */
export const RETENTION_ENDS = Symbol('RetentionEnds');
/** The shared pg pool for rows on hot paths. */
export const ROW_POOL = Symbol('RowPool');
/** The prom-client registry. */
export const METRICS = Symbol('Metrics');
/** The platform's configuration. */
export const PLATFORM_CONFIG = Symbol('PlatformConfig');
/** The sequencer of the event store; `SequencerWorker` runs it. */
export const SEQUENCER = Symbol('Sequencer');
/** `() => boolean`: whether a part has failed that only a restart repairs. */
export const BROKEN = Symbol('Broken');
/** `() => EventDelivery`: the delivery that serves this process, once it is connected. */
export const DELIVERY = Symbol('Delivery');
