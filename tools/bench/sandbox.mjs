import { fileURLToPath } from 'node:url';
import { started } from './child.mjs';

const program = fileURLToPath(new URL('sandbox-process.mjs', import.meta.url));

/**
 * @typedef {{ what: 'opened' | 'mailed', orderId: string, at: number }} Arrival `at` in ms of the machine's clock
 * @typedef {{ env: Record<string, string>, pid: number, listen: (listener: (arrival: Arrival) => void) => void, stop: () => Promise<void> }} Sandbox
 */

/** Starts the processors' sandbox. @returns {Promise<Sandbox>} `env` = a shop's settings to reach it */
export const startSandbox = async () => {
  /** @type {Record<string, string>} */
  let env = {};
  /** @type {((arrival: Arrival) => void)[]} */
  const listeners = [];
  const { pid, stop } = await started(
    [program],
    {},
    {
      onMessage: (message) => {
        env = message.env ?? env;
        for (const arrival of message.arrivals ?? []) for (const listener of listeners) listener(arrival);
      },
    },
  );
  return { env, pid, listen: (listener) => void listeners.push(listener), stop };
};
