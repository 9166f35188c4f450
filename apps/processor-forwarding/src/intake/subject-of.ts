import type { EventMetadata, Uuid } from '@dittoo/kernel';

/** The person an event is about. @throws Error the event names none: it is parked, and a person sees it */
export const subjectOf = ({ metadata }: { readonly metadata: Pick<EventMetadata, 'dataSubjectId'> }): Uuid => {
  if (metadata.dataSubjectId === null) throw new Error('an event that asks for a forwarding names no data subject');
  return metadata.dataSubjectId;
};
