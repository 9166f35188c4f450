import type { LegalHoldEvents } from '@dittoo/contracts';
import type { EntityManager } from 'typeorm';

type Asked = Pick<LegalHoldEvents['LegalHoldRequested'], 'subjectId' | 'orderId' | 'categories' | 'expiresAt'>;

/** All three statements are safe to repeat and never revive an ended hold. */
export const requestHoldRow = async (
  rows: EntityManager,
  holdId: string,
  { categories, expiresAt, orderId, subjectId }: Asked,
  at: string,
): Promise<void> => {
  await rows.query(
    `INSERT INTO rights.legal_hold (hold_id, subject_id, order_id, categories, state, expires_at, requested_at)
     VALUES ($1, $2, $3, $4, 'requested', $5, $6) ON CONFLICT DO NOTHING`,
    [holdId, subjectId, orderId, categories, expiresAt, at],
  );
};

export const forceHoldRow = async (rows: EntityManager, holdId: string): Promise<void> => {
  await rows.query(`UPDATE rights.legal_hold SET state = 'inForce' WHERE hold_id = $1 AND state = 'requested'`, [
    holdId,
  ]);
};

export const endHoldRow = async (rows: EntityManager, holdId: string): Promise<void> => {
  await rows.query(`UPDATE rights.legal_hold SET state = 'ended' WHERE hold_id = $1`, [holdId]);
};
