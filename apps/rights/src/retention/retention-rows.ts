import type { DataCategory } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

/** The scope of what is not of one stream or event. */
export const wholeCategory = '00000000-0000-0000-0000-000000000000';

/**
 * `rights.retention`: until which day which key is kept; `null` = its time has not begun to run. Ids and days only.
 * Safe to repeat.
 */
export const keepUntil = async (
  rows: EntityManager,
  subjectId: string,
  category: DataCategory,
  scope: string,
  lastDay: string | null,
): Promise<void> => {
  await rows.query(
    `INSERT INTO rights.retention (subject_id, category, scope, last_day) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subject_id, category, scope) DO UPDATE SET last_day = excluded.last_day`,
    [subjectId, category, scope, lastDay],
  );
};

/** The same, but for what is already kept without an end. */
export const keepUntilAtLeast = async (
  rows: EntityManager,
  subjectId: string,
  category: DataCategory,
  scope: string,
  lastDay: string,
): Promise<void> => {
  await rows.query(
    `INSERT INTO rights.retention AS r (subject_id, category, scope, last_day) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subject_id, category, scope) DO UPDATE SET last_day = greatest(r.last_day, excluded.last_day)
     WHERE r.last_day IS NOT NULL`,
    [subjectId, category, scope, lastDay],
  );
};

/** The same, but only of what is kept still. */
export const keepOn = async (
  rows: EntityManager,
  subjectId: string,
  category: DataCategory,
  scope: string,
  lastDay: string,
): Promise<void> => {
  await rows.query(
    `UPDATE rights.retention SET last_day = greatest(last_day, $4)
     WHERE subject_id = $1 AND category = $2 AND scope = $3 AND last_day IS NOT NULL`,
    [subjectId, category, scope, lastDay],
  );
};

/** Moves the day of what is kept still; what is gone stays gone. */
export const moveLastDay = async (
  rows: EntityManager,
  category: DataCategory,
  scope: string,
  lastDay: string,
): Promise<void> => {
  await rows.query('UPDATE rights.retention SET last_day = $3 WHERE scope = $2 AND category = $1', [
    category,
    scope,
    lastDay,
  ]);
};

/** The end of everything of a category, where it is not over yet. */
export const endCategory = async (
  rows: EntityManager,
  subjectId: string,
  category: DataCategory,
  lastDay: string,
): Promise<void> => {
  await rows.query(
    `UPDATE rights.retention SET last_day = $3
     WHERE subject_id = $1 AND category = $2 AND (last_day IS NULL OR last_day > $3)`,
    [subjectId, category, lastDay],
  );
};

export const forgetRow = async (
  rows: EntityManager,
  subjectId: string,
  category: string,
  scope: string,
): Promise<void> => {
  await rows.query('DELETE FROM rights.retention WHERE subject_id = $1 AND category = $2 AND scope = $3', [
    subjectId,
    category,
    scope,
  ]);
};
