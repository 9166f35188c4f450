import type { DataSubjectEvents } from '@dittoo/contracts';
import {
  keyNamed,
  recordedAs,
  type Delivered,
  type EventStore,
  type RecordedEvent,
  type RequestId,
} from '@dittoo/kernel';
import type { ContactDirectory, EmailIndex, PostgresKeyRing } from '@dittoo/personal-data';

const pageSize = 1000;

/** Stores that are restored together with the key ring and identify people by their address. */
export interface Directories {
  readonly contacts: ContactDirectory;
  readonly emails: EmailIndex;
}

/**
 * Applies to the key ring, before anything is served, every destruction that the log has recorded since the ring's last
 * mark. A key ring restored from an older backup therefore never opens or recreates a key destroyed after the backup.
 * Without a restore nothing changes.
 *
 * @returns how many events were applied again
 *
 * Dies half way: the mark is unchanged and the next start begins there.
 */
export const passRestoreGate = async (
  store: EventStore,
  ring: PostgresKeyRing,
  directories: Directories,
): Promise<number> => {
  let after = await knownGate(store, ring);
  let last: RecordedEvent | undefined;
  let applied = 0;
  for (;;) {
    const { checkpoint, events } = await store.readAll({ after, limit: pageSize, categories: ['dataSubject'] });
    for (const event of events) if (await applyAgain(event, ring, directories)) applied++;
    last = events.at(-1) ?? last;
    if (checkpoint === null || checkpoint === after) break;
    after = checkpoint;
  }
  if (last !== undefined) await ring.passGate(last);
  return applied;
};

/** From the start of the log if it does not hold the event of the last mark. */
const knownGate = async (store: EventStore, ring: PostgresKeyRing): Promise<bigint | null> => {
  const gate = await ring.gate();
  if (gate === null) return null;
  for await (const { eventId } of store.readStream(gate.stream, { fromRevision: gate.revision, limit: 1 })) {
    if (eventId === gate.eventId) return gate.position;
  }
  return null;
};

const applyAgain = async (
  event: RecordedEvent,
  ring: PostgresKeyRing,
  { contacts, emails }: Directories,
): Promise<boolean> => {
  const said = recordedAs<DataSubjectEvents>(event);
  if (said.type !== 'SubjectKeysDestroyed') return false;
  const { keys, requestId } = said.data;
  const subjectId = said.metadata.dataSubjectId;
  const kids = keys.map(({ kid }) => kid);
  if (requestId === null) {
    // A retention period ended: a stream's key is never recreated, a category's key may get a next generation.
    const ofStreams = kids.filter((kid) => keyNamed(kid)?.scope !== null);
    const ofCategories = kids.filter((kid) => keyNamed(kid)?.scope === null);
    const one = await destroyAgain(ring, said.metadata, ofStreams, null, false);
    return (await destroyAgain(ring, said.metadata, ofCategories, null, true)) || one;
  }
  await contacts.forget(subjectId);
  await emails.forget(subjectId);
  const closed = kids.map(keyNamed).flatMap((key) => (key?.scope === null ? [key.category] : []));
  await ring.closeCategories(subjectId, [...new Set(closed)]);
  return destroyAgain(ring, said.metadata, kids, requestId, false);
};

const destroyAgain = async (
  ring: PostgresKeyRing,
  { dataSubjectId, recordedAt }: Delivered<DataSubjectEvents, 'SubjectKeysDestroyed'>['metadata'],
  kids: readonly string[],
  requestId: RequestId | null,
  newLifecycle: boolean,
): Promise<boolean> => {
  const states = await ring.statesOfKeys(kids);
  const usable = kids.filter((kid) => states.get(kid) !== 'destroyed');
  if (usable.length === 0) return false;
  const categories = [...new Set(usable.flatMap((kid) => keyNamed(kid)?.category ?? []))];
  const reason = { at: recordedAt, requestId, newLifecycle, kids: usable };
  await ring.destroy(dataSubjectId, categories, reason);
  return true;
};
