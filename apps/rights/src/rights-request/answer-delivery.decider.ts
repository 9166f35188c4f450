import type { RightsRequestEvent, RightsRequestEvents } from '@dittoo/contracts';
import { DomainError } from '@dittoo/kernel';
import type { RightsRequest } from './rights-request.js';

/** What became of the answer after it was decided. Part of the request's decider. */
export type DeliveryCommand =
  | ({ readonly type: 'RecordDelivery' } & RightsRequestEvents['AnswerDelivered'])
  | ({ readonly type: 'RecordUndelivered' } & RightsRequestEvents['AnswerUndelivered']);

/** An answer that could not be mailed may still be given by an officer; one that was delivered stays delivered. */
export const decideDelivery = (command: DeliveryCommand, request: RightsRequest): RightsRequestEvent[] => {
  if (request.status !== 'answered' && request.status !== 'refused') throw new DomainError('request-not-answered');
  if (request.delivery === 'delivered') return [];
  if (command.type === 'RecordDelivery') return [{ type: 'AnswerDelivered', data: { by: command.by } }];
  return request.delivery === null ? [{ type: 'AnswerUndelivered', data: { reason: command.reason } }] : [];
};
