import { DomainError, EventStore, KeyRing } from '@dittoo/kernel';
import { sequencerLag, type PostgresSequencer, type SequencerLag } from '@dittoo/event-store';
import { Controller, Get, HttpCode, Inject, Optional } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { AttentionItems } from '../attention/attention-items.js';
import type { AttentionCounts } from '../attention/attention-rows.js';
import { Alarms } from '../operations/alarms.js';
import { WriteProbe } from '../operations/write-probe.js';
import type { EventDelivery } from '@dittoo/messaging';
import { BROKEN, DELIVERY, ROW_POOL, SEQUENCER } from '../parts/tokens.js';

interface Ready {
  readonly status: 'ready';
  readonly alarms: readonly string[];
  readonly attention: AttentionCounts | null;
}

/** Events get their position within a second; one that waits this long says that no sequencer works. */
const stalledMs = 20_000;
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Live = the process answers, and no part of it needs a restart. Ready = its dependencies answer too, and events
 * arrive.
 *
 * A later broker outage leaves it ready: reading and deciding need no broker.
 */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    private readonly dataSource: DataSource,
    @Optional() private readonly keyRing: KeyRing | null,
    private readonly store: EventStore,
    @Inject(BROKEN) private readonly broken: () => boolean,
    private readonly alarms: Alarms,
    private readonly attention: AttentionItems,
    @Inject(DELIVERY) private readonly delivery: () => EventDelivery,
    @Inject(SEQUENCER) private readonly sequencer: PostgresSequencer | null,
    private readonly writeProbe: WriteProbe,
  ) {}

  @Get('live')
  @HttpCode(200)
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string' } } } })
  live(): { readonly status: 'live' } {
    if (this.broken()) throw new DomainError('temporarily-unavailable');
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOkResponse({
    schema: {
      type: 'object',
      properties: {
        status: { type: 'string' },
        alarms: { type: 'array', items: { type: 'string' } },
        attention: {
          type: 'object',
          nullable: true,
          description: 'How many attention items of a kind are open; null = they could not be counted',
          additionalProperties: { type: 'integer' },
        },
      },
    },
  })
  async ready(): Promise<Ready> {
    let sequencing: SequencerLag | null;
    try {
      [sequencing] = await Promise.all([
        this.sequencer === null ? null : sequencerLag(this.pool),
        this.writeProbe.probe(), // a full disk still answers a query
        this.dataSource.query('SELECT 1'),
        this.keyRing?.states(nobody),
        this.store.readAll({ after: null, limit: 1 }),
      ]);
    } catch {
      throw new DomainError('temporarily-unavailable');
    }
    if (!this.delivery().joined) throw new DomainError('temporarily-unavailable');
    const stalled = sequencing !== null && sequencing.oldestMs > stalledMs;
    const alarms = [...this.alarms.raised, ...(stalled ? ['log.not-sequenced'] : [])];
    // What a person must look at makes no process less ready.
    return { status: 'ready', alarms, attention: await this.attention.rows.counts().catch(() => null) };
  }
}
