import { isEnvelope, keyNamed, type EventStore, type JsonObject, type RecordedEvent } from '@dittoo/kernel';
import { type ContactDirectory, type PostgresKeyRing } from '@dittoo/personal-data';

const pageSize = 1000;

/**
 * Before anything is served: every destruction the log tells of since the key ring last passed here is applied to it
 * again. A key ring that came back from an older copy therefore never opens, or makes, what was destroyed after the copy
 * was taken. Where nothing was restored nothing is changed.
 *
 * @returns how many events were applied again
 *
 * Dies on the way: the gate stands where it stood and the next start begins there.
 */
export const passRestoreGate = async (
  store: EventStore,
  ring: PostgresKeyRing,
  contacts: ContactDirectory,
): Promise<number> => {
  let after = await knownGate(store, ring);
  let last: RecordedEvent | undefined;
  let applied = 0;
  for (;;) {
    const { checkpoint, events } = await store.readAll({ after, limit: pageSize, categories: ['dataSubject'] });
    for (const event of events) if (await applyAgain(event, store, ring, contacts)) applied++;
    last = events.at(-1) ?? last;
    if (checkpoint === null || checkpoint === after) break;
    after = checkpoint;
  }
  if (last !== undefined) await ring.passGate(last);
  return applied;
};

/** From the start where the log does not hold the event the gate was passed with. */
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
  store: EventStore,
  ring: PostgresKeyRing,
  contacts: ContactDirectory,
): Promise<boolean> => {
  if (event.type === 'SubjectKeysDestroyed') return keysDestroyed(event, ring, contacts);
  if (event.type !== 'PersonnummerRemoved') return false;
  const kids = await numbersBefore(event, store);
  return destroyAgain(ring, event, kids, null, true);
};

const keysDestroyed = async (
  event: RecordedEvent,
  ring: PostgresKeyRing,
  contacts: ContactDirectory,
): Promise<boolean> => {
  const { keys, requestId } = event.data as { requestId: string | null; keys: readonly { kid: string }[] };
  const kids = keys.map(({ kid }) => kid);
  if (requestId === null) {
    // A period ended: one stream's key never comes back, the key of a category may in its next life.
    const ofStreams = kids.filter((kid) => keyNamed(kid)?.scope !== null);
    const ofCategories = kids.filter((kid) => keyNamed(kid)?.scope === null);
    const one = await destroyAgain(ring, event, ofStreams, null, false);
    return (await destroyAgain(ring, event, ofCategories, null, true)) || one;
  }
  const subjectId = event.metadata.dataSubjectId!;
  await contacts.forget(subjectId);
  const closed = kids.map(keyNamed).flatMap((key) => (key?.scope === null ? [key.category] : []));
  await ring.closeCategories(subjectId, [...new Set(closed)]);
  return destroyAgain(ring, event, kids, requestId, false);
};

const destroyAgain = async (
  ring: PostgresKeyRing,
  { metadata }: RecordedEvent,
  kids: readonly string[],
  requestId: string | null,
  newLifecycle: boolean,
): Promise<boolean> => {
  const states = await ring.statesOfKeys(kids);
  const usable = kids.filter((kid) => states.get(kid) !== 'destroyed');
  if (usable.length === 0) return false;
  const categories = [...new Set(usable.flatMap((kid) => keyNamed(kid)?.category ?? []))];
  const reason = { at: metadata.recordedAt, requestId, newLifecycle, kids: usable };
  await ring.destroy(metadata.dataSubjectId!, categories, reason);
  return true;
};

/** The keys of the numbers a removal speaks of: they stand in the stream before it. */
const numbersBefore = async ({ revision, stream }: RecordedEvent, store: EventStore): Promise<string[]> => {
  const kids = new Set<string>();
  for await (const event of store.readStream(stream)) {
    if (event.revision >= revision) break;
    for (const value of Object.values(event.data as JsonObject)) {
      if (isEnvelope(value) && keyNamed(value.kid)?.category === 'personnummer') kids.add(value.kid);
    }
  }
  return [...kids];
};
