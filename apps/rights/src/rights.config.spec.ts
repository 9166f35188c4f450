import { describe, expect, it } from '@jest/globals';
import { readRightsConfig } from './rights.config.js';

describe('the configuration of rights', () => {
  it('has no cooling-off by default, waits three days for recipients, and keeps a copy for a week', () =>
    expect(readRightsConfig({})).toEqual({
      coolingOffMs: 0,
      recipientDeadlineMs: 3 * 86_400_000,
      copyLifetimeMs: 7 * 86_400_000,
      liftNoticeMs: 3 * 86_400_000,
    }));

  it.each([
    ['ERASURE_COOLING_OFF', { ERASURE_COOLING_OFF: 'two days' }],
    ['ERASURE_COOLING_OFF', { ERASURE_COOLING_OFF: '-P1D' }],
    ['ERASURE_RECIPIENT_DEADLINE', { ERASURE_RECIPIENT_DEADLINE: '3' }],
    ['SUBJECT_COPY_LIFETIME', { SUBJECT_COPY_LIFETIME: '-P1D' }],
    ['RESTRICTION_LIFT_NOTICE', { RESTRICTION_LIFT_NOTICE: 'soon' }],
  ])('says that %s is wrong', (name, env) => expect(() => readRightsConfig(env)).toThrow(name));
});
