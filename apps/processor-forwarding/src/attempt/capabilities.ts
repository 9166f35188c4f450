import { RegisterInvalid, unsupportedStatements, type Capabilities, type Register } from '@dittoo/processor-register';
import { mailCapabilities } from '../mail/mail-provider.js';
import { MondidoAdapter } from '../payment/mondido.adapter.js';
import { PaysonAdapter } from '../payment/payson.adapter.js';

/** What this service does at each processor without a person; each entry stands beside the code that does it. */
export const capabilities: Capabilities = {
  payson: PaysonAdapter.capabilities,
  mondido: MondidoAdapter.capabilities,
  oneMail: mailCapabilities,
};

/**
 * Refuses to start on a register that would promise a person what no code does.
 *
 * @throws RegisterInvalid naming each statement
 */
export const assertStatementsHold = (register: Register): void => {
  const problems = unsupportedStatements(register, capabilities);
  if (problems.length > 0) throw new RegisterInvalid('PROCESSOR_REGISTER_FILE', problems);
};
