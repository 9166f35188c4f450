/** Runs a program to its end; what stops this process stops the program too, and its end is awaited. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {readonly NodeJS.Signals[]} */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

let running = 0;
/** Is a program running that what stops this process also stops? */
export const runsProgram = () => running > 0;

/** @typedef {{ exitCode: number, signal: string | null, interrupted: boolean, output: string }} End */

/**
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options with `stdio` pipes, what it says is in `output`
 * @returns {Promise<End>} `exitCode` is 128 + signal as in a shell; `interrupted`: it was stopped because we were
 */
export const runToEnd = (program, args, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    running += 1;
    let output = '';
    let interrupted = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream
        ?.setEncoding('utf8')
        .on('data', (/** @type {string} */ text) => (output = (output + text).slice(-100_000)));
    }
    /** @type {(signal: NodeJS.Signals) => void} */
    const passOn = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    for (const signal of stopSignals) process.on(signal, passOn);
    const over = () => {
      running -= 1;
      for (const signal of stopSignals) process.off(signal, passOn);
    };
    child.once('error', (error) => {
      over();
      reject(error);
    });
    child.once('close', (code, signal) => {
      over();
      const exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
      resolve({ exitCode, signal, interrupted, output });
    });
  });
