/*
 * Promised: nothing that a person must look at vanishes. Each kind of attention item is provoked, by the domain event or
 * by the condition, and then is in the list with its texts, in the metric and in /health/ready; mended, it closes by
 * itself, or by hand where nothing can show that it is mended. It is in the log: a process that dies between the event
 * and the list loses nothing.
 */
import { attentionKinds, attentionSeverities, type AttentionKind } from '@dittoo/contracts';
import { derivedId, newId } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { provocationsOf, type Provoked } from './attention-provocations.js';
import { AttentionShop, minutesAgo, type ShownItem } from './attention-shop.js';

/** Those that start the process again come last, and the missing key after an item that was closed by hand. */
const restarting: readonly AttentionKind[] = ['keyMissing', 'restoreDifference', 'sealRefused'];
const walk = [...attentionKinds.filter((kind) => !restarting.includes(kind)), ...restarting];
const dayMinutes = 24 * 60;

let shop: AttentionShop;

beforeAll(async () => {
  shop = await AttentionShop.start();
  const swept = { processorId: 'oneMail', before: '2026-01-01', folders: [], digest: '0' };
  await shop.say({ type: 'MailboxSwept', data: swept }, minutesAgo(40 * dayMinutes));
}, 60_000);
afterAll(() => shop.close());

const isAbout = (item: ShownItem, about: object): boolean =>
  Object.entries(about).every(([name, value]) => item.about[name] === value);

/** Once the watches have looked, or the event has arrived. */
const opened = (kind: AttentionKind, { about }: Provoked): Promise<ShownItem> =>
  until(async () => {
    await shop.check();
    return (await shop.list(`kind=${kind}`)).find((item) => isAbout(item, about));
  }, 30_000);

const closedByItself = (kind: AttentionKind, id: string): Promise<ShownItem> =>
  until(async () => {
    await shop.check();
    return (await shop.list(`kind=${kind}&state=closed`)).find((item) => item.id === id);
  }, 30_000);

describe('every kind of attention item', () => {
  it.each(walk)(
    '%s opens with its fact, is seen everywhere, and closes with it',
    async (kind) => {
      const provoked: Provoked = await provocationsOf(shop)[kind]();
      const item = await opened(kind, provoked);
      expect(item).toMatchObject({ kind, severity: attentionSeverities[kind], state: 'open', closedHow: null });
      expect(item.whatHappened.length).toBeGreaterThan(20);
      expect(item.whatToDo.length).toBeGreaterThan(20);
      expect((await shop.ready())[kind]).toBeGreaterThanOrEqual(1);
      expect(await shop.metric(kind)).toBe((await shop.ready())[kind]);

      await provoked.mend();
      if (provoked.byHand === true) expect((await shop.dismiss(item.id, 'Sett till')).status).toBe(200);
      const closed = await closedByItself(kind, item.id);
      expect(closed.closedHow).toBe(provoked.byHand === true ? 'byHand' : 'resolved');
      expect((await shop.list(`kind=${kind}`)).map(({ id }) => id)).not.toContain(item.id);
      expect(await shop.metric(kind)).toBe((await shop.ready())[kind] ?? 0);
    },
    90_000,
  );
});

describe('an attention item', () => {
  it('is listed although the process died between the event and the list', async () => {
    const about = { group: 'order.list', stream: `order-${newId()}`, failure: 'TypeError' };
    const item = { kind: 'recipientTask', severity: 'warning', where: 'rights', about, since: minutesAgo(1) };
    const id = derivedId('attention', 'recipientTask', about.stream);
    await shop.say({ type: 'AttentionOpened', data: item }, undefined, id);
    await until(async () => (await shop.list('kind=recipientTask')).some((shown) => shown.id === id));
  });

  it('is opened and closed by a watch that runs by itself', async () => {
    const { about, mend } = await provocationsOf(shop).streamParked();
    const find = async (state: string) => (await shop.list(`kind=streamParked&state=${state}`)).find((item) => isAbout(item, about)); // prettier-ignore
    await until(() => find('open'), 15_000);
    await mend();
    await until(() => find('closed'), 15_000);
  }, 40_000);

  it('is read by its id from the log alone', async () => {
    const provoked = await provocationsOf(shop).deliveryParked();
    const { id } = await opened('deliveryParked', provoked);
    await shop.rows.query('DELETE FROM attention.item WHERE item_id = $1', [id]);
    expect(await shop.one(id)).toMatchObject({ id, kind: 'deliveryParked', state: 'open' });
  });

  it('closed by hand keeps the words sealed, and the same fact does not open it again', async () => {
    const provoked = await provocationsOf(shop).streamParked();
    const { id } = await opened('streamParked', provoked);
    const answer = await shop.dismiss(id, 'Known, the fix is on its way');
    expect(await answer.json()).toMatchObject({ state: 'closed', closedHow: 'byHand', closedBy: shop.officer });
    await shop.check();
    expect(await shop.one(id)).toMatchObject({ state: 'closed', reason: 'Known, the fix is on its way' });
    const stored = await shop.rows.query(
      `SELECT data::text AS data FROM event_store.es_event WHERE type = 'AttentionDismissed'`,
    );
    expect(JSON.stringify(stored.rows)).not.toContain('fix is on its way');

    await shop.rows.query('UPDATE delivery.parked_stream SET parked_at = now() WHERE stream = $1', [
      (provoked.about as { stream: string }).stream,
    ]);
    await opened('streamParked', provoked);
    await provoked.mend();
  });

  it('is for staff and officers, and is closed once', async () => {
    const provoked = await provocationsOf(shop).streamParked();
    const { id } = await opened('streamParked', provoked);
    expect((await shop.call('/operations/attention', { role: 'customer' })).status).toBe(403);
    expect((await shop.call('/operations/attention', { role: 'staff' })).status).toBe(200);
    expect((await shop.dismiss(newId(), 'Nothing there')).status).toBe(404);
    expect((await shop.dismiss(id, 'Seen')).status).toBe(200);
    const again = await shop.dismiss(id, 'Seen');
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, 'attention-not-open']);
    await provoked.mend();
  });

  it('is found page by page, oldest first', async () => {
    const facts = [await provocationsOf(shop).requestOverdue(), await provocationsOf(shop).requestOverdue()];
    for (const fact of facts) await opened('requestOverdue', fact);
    const seen: string[] = [];
    let cursor = '';
    do {
      const answer = await shop.call(`/operations/attention?kind=requestOverdue&limit=1${cursor}`);
      const page = (await answer.json()) as { items: ShownItem[]; nextCursor: string | null };
      expect(page.items).toHaveLength(1);
      seen.push(page.items[0]!.id);
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(2);
    for (const { mend } of facts) await mend();
  });
});
