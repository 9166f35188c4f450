import type { RightsRequestEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { dayOf } from '@dittoo/processor-register';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { keepOn, keepUntilAtLeast, wholeCategory } from './retention-rows.js';

const group = 'rights.retention';

type Context = EventContext<EntityManager>;
type RequestEvent<Type extends keyof RightsRequestEvents & string> = Delivered<RightsRequestEvents, Type>;

/**
 * What somebody without an account writes in a request -> until when it is kept: for as long as the address is asked,
 * then until the matter is settled and the answer has been read. While a request is open nothing of it is due.
 */
@Controller()
export class RequestRetentionReactor {
  constructor(@Inject(RIGHTS_CONFIG) private readonly config: RightsConfig) {}

  /** Anybody can type an address. */
  @EventPattern<string>('ConfirmationAsked', { group })
  asked(@Payload() { data, metadata }: RequestEvent<'ConfirmationAsked'>, @Ctx() context: Context): Promise<void> {
    return begin(context, metadata.dataSubjectId!, data.expiresAt);
  }

  @EventPattern<string>('RequesterAddressNoted', { group })
  noted(@Payload() { metadata }: RequestEvent<'RequesterAddressNoted'>, @Ctx() context: Context): Promise<void> {
    return begin(context, metadata.dataSubjectId!, metadata.recordedAt);
  }

  @EventPattern<string>('RequestAnswered', { group })
  answered(@Payload() event: RequestEvent<'RequestAnswered'>, @Ctx() context: Context): Promise<void> {
    return this.settled(event, context);
  }

  @EventPattern<string>('RequestRefused', { group })
  refused(@Payload() event: RequestEvent<'RequestRefused'>, @Ctx() context: Context): Promise<void> {
    return this.settled(event, context);
  }

  /** As long as a copy can be fetched. What is gone, erased with its request, stays gone. */
  private settled({ metadata }: Pick<RequestEvent<'RequestAnswered'>, 'metadata'>, context: Context): Promise<void> {
    const readBy = new Date(Date.parse(metadata.recordedAt) + this.config.copyLifetimeMs).toISOString();
    return keepOn(context.transaction, metadata.dataSubjectId!, 'contact', wholeCategory, dayOf(readBy));
  }
}

/** An account's address ends with the account. */
const begin = async ({ transaction }: Context, subjectId: string, at: string): Promise<void> => {
  const accounts = await transaction.query<object[]>('SELECT FROM rights.account_activity WHERE subject_id = $1', [
    subjectId,
  ]);
  if (accounts.length > 0) return;
  await keepUntilAtLeast(transaction, subjectId, 'contact', wholeCategory, dayOf(at));
};
