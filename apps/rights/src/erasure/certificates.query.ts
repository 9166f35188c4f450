import type { DataSubjectEvents, Locale, RightsRequestEvent } from '@dittoo/contracts';
import { Clock, DomainError, EventStore, recordedAs, streamName } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable } from '@nestjs/common';
import type { ErasureCertificate } from './certificate.http.js';
import { requestKinds } from '../rights-request/request-kinds.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { shownToSubject } from '../rights-request/shown-to-subject.js';

/** Certificates of erasures, computed from the events at each call, so that they include late answers. */
@Injectable()
export class Certificates {
  constructor(
    private readonly commands: Commands,
    private readonly store: EventStore,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /**
   * @param subjectId only this person's; `null` = authorised by the link
   * @throws DomainError `not-found`; `request-not-answered` until everything is answered
   */
  async of(requestId: string, subjectId: string | null): Promise<ErasureCertificate> {
    const { history, state } = await this.commands.load(rightsRequestDecider, requestId);
    const first = history[0];
    const ofWhom = first?.recorded.metadata.dataSubjectId ?? null;
    if (first?.event.type !== 'RightsRequestReceived' || state.status === 'none') throw new DomainError('not-found');
    if (requestKinds[state.kind].answeredBy !== 'destroyedKeys') throw new DomainError('not-found');
    if (ofWhom === null || (subjectId !== null && ofWhom !== subjectId)) throw new DomainError('not-found');
    if (state.status === 'refused') throw new DomainError('not-found');
    if (state.status !== 'answered') throw new DomainError('request-not-answered');
    const answered = history.find(({ event }) => event.type === 'RequestAnswered')!;
    const deed = await this.deedOf(ofWhom);
    return {
      issuer: this.register.dataController.name,
      requestId,
      noticeVersion: first.event.data.noticeVersion,
      receivedAt: first.recorded.metadata.recordedAt,
      answeredAt: answered.recorded.metadata.recordedAt,
      issuedAt: this.clock.now(),
      outcome: state.outcome,
      keys: deed?.keys.map(({ category, fingerprint }) => ({ category, fingerprint })) ?? [],
      retained: shownToSubject(deed?.retained ?? []),
      recipients: Object.entries(state.recipients).map(([processorId, answer]) => ({
        processorId,
        processorName: this.register.processors[processorId]?.name ?? processorId,
        state: answer,
        reason: reasonOf(
          processorId,
          history.map(({ event }) => event),
        ),
      })),
    };
  }

  /** The language the requester is written to in. */
  async languageOf(requestId: string): Promise<Locale> {
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    if (state.status === 'none') return 'sv';
    return state.address?.language ?? state.confirmation?.language ?? 'sv';
  }

  private async deedOf(subjectId: string): Promise<DataSubjectEvents['SubjectKeysDestroyed'] | null> {
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      const event = recordedAs<DataSubjectEvents>(recorded);
      if (event.type === 'SubjectKeysDestroyed' && event.data.requestId !== null) return event.data;
    }
    return null;
  }
}

/** The reason in the recipient's last answer; an officer's note has none. */
const reasonOf = (processorId: string, history: readonly RightsRequestEvent[]): string | null => {
  const last = history.findLast(
    ({ data, type }) =>
      (type === 'RecipientAnswered' || type === 'RecipientTaskDone') && data.processorId === processorId,
  );
  return last?.type === 'RecipientAnswered' ? last.data.reason : null;
};
