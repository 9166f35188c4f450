import { loadRegister, RegisterInvalid } from '@dittoo/processor-register';
import { expect, it } from '@jest/globals';
import { assertStatementsHold, capabilities } from './capabilities.js';

const register = loadRegister();

it('the shipped register states of each processor only what the code does there', () => {
  expect(() => assertStatementsHold(register)).not.toThrow();
});

it('a register that promises more stops the start, and says where', () => {
  const { google, ...others } = register.processors;
  const { notInUse: _, ...used } = google!;
  const promising = { ...register, processors: { ...others, google: used } };
  expect(() => assertStatementsHold(promising)).toThrow(RegisterInvalid);
  expect(() => assertStatementsHold(promising)).toThrow('/processors/google/triggers/0');
});

it('capabilities are declared for processors of the register alone', () => {
  expect(Object.keys(register.processors)).toEqual(expect.arrayContaining(Object.keys(capabilities)));
});
