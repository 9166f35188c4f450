import { describe, expect, it } from '@jest/globals';
import { type Decider, DomainError, type EventOf } from '@dittoo/kernel';
import { deciderSpec } from './decider-spec.js';

type LampEvent = EventOf<{ LampLit: { at: string }; LampPutOut: { at: string } }>;
type LampCommand = { type: 'LightLamp' | 'PutOutLamp'; at: string };

const lamp: Decider<LampCommand, { lit: boolean }, LampEvent> = {
  category: 'lamp',
  initialState: { lit: false },
  decide: ({ type, at }, { lit }) => {
    if (type === 'LightLamp') return lit ? [] : [{ type: 'LampLit', data: { at } }];
    if (!lit) throw new DomainError('not-found');
    return [{ type: 'LampPutOut', data: { at } }];
  },
  evolve: (_state, { type }) => ({ lit: type === 'LampLit' }),
};
const given = deciderSpec(lamp);
const lit: LampEvent = { type: 'LampLit', data: { at: '2026-01-01T00:00:00.000Z' } };

describe('deciderSpec', () => {
  it('accepts the decider’s result', () => {
    given().when({ type: 'LightLamp', at: lit.data.at }).then(lit);
    given(lit).when({ type: 'LightLamp', at: lit.data.at }).then();
    given().when({ type: 'PutOutLamp', at: lit.data.at }).thenFails('not-found');
  });

  it('fails on any other result', () => {
    expect(() => given(lit).when({ type: 'LightLamp', at: lit.data.at }).then(lit)).toThrow();
    expect(() => given().when({ type: 'PutOutLamp', at: lit.data.at }).thenFails('conflict')).toThrow();
    expect(() => given(lit).when({ type: 'PutOutLamp', at: lit.data.at }).thenFails('not-found')).toThrow();
  });

  it('fails on a decider that changes its state', () => {
    const careless = deciderSpec({
      ...lamp,
      decide: (_command: LampCommand, state: { lit: boolean }) => {
        state.lit = true;
        return [];
      },
    });
    expect(() => careless().when({ type: 'LightLamp', at: lit.data.at }).then()).toThrow('changed the state');
  });
});
