import { Loop } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { MAIL_PROVIDER, mailProcessorId, type MailProvider } from '../mail/mail-provider.js';
import { MailboxSweep } from '../mailbox/mailbox-sweep.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { nameOf } from '../attempt/name-of.js';

/** Sweeps the mailbox once a day; a sweep that failed or was interrupted is begun again after a quarter of an hour. */
@Injectable()
export class MailboxSweepWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: Loop | null;

  constructor(
    sweep: MailboxSweep,
    @Inject(MAIL_PROVIDER) mail: MailProvider | null,
    @Inject(LOGGER) logger: Logger,
    @Inject(FORWARDING_CONFIG) config: ForwardingConfig,
  ) {
    if (mail === null) {
      this.loop = null;
      return;
    }
    const { mailbox, sender } = mail;
    const swept = { processorId: mailProcessorId, mailbox, domain: sender.domain };
    this.loop = new Loop(
      async () => {
        await sweep.runIfDue(swept);
        return false;
      },
      {
        pauseMs: config.sweepPauseMs,
        failed: (error) => logger.warn({ failure: nameOf(error) }, 'mailbox.sweep-failed'),
      },
    );
  }

  onApplicationBootstrap(): void {
    this.loop?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }
}
