import { fileURLToPath } from 'node:url';
import { started } from './child.mjs';

const program = fileURLToPath(new URL('sandbox-process.mjs', import.meta.url));

/**
 * @typedef {{ what: 'opened' | 'mailed', orderId: string, at: number }} OrderArrival `at` in ms of the machine's clock
 * @typedef {{ what: 'asked', email: string, token: string }} Question the mail that confirms an address
 * @typedef {OrderArrival | Question} Arrival
 * @typedef {{ env: Record<string, string>, pid: number, listen: (listener: (arrival: Arrival) => void) => void, stop: () => Promise<void> }} Sandbox
 */

/** Starts the processors' sandbox. @returns {Promise<Sandbox>} `env` = a shop's settings to reach it */
export const startSandbox = async () => {
  /** @type {(env: Record<string, string>) => void} */
  let told = () => {};
  /** @type {Promise<Record<string, string>>} */
  const settings = new Promise((resolve) => (told = resolve));
  /** @type {((arrival: Arrival) => void)[]} */
  const listeners = [];
  const { pid, stop } = await started(
    [program],
    {},
    {
      onMessage: (message) => {
        if (message.env !== undefined) told(message.env);
        for (const arrival of message.arrivals ?? []) for (const listener of listeners) listener(arrival);
      },
    },
  );
  const env = await settings; // it comes by another pipe than the line that it is ready
  return { env, pid, listen: (listener) => void listeners.push(listener), stop };
};
