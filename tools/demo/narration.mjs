/** What the demo prints: numbered steps, and what happens in each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { option } from './options.mjs';

const pauseMs = Number(option('--pause') ?? 0);
const colour = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
/** @type {(code: string, text: string) => string} */
export const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
let steps = 0;
/** How many steps were begun. */
export const stepCount = () => steps;

/** Begins a step. @param {string} title */
export const step = async (title) => {
  if (steps > 0 && pauseMs > 0) await sleep(pauseMs);
  console.log(`\n${paint('1', `${++steps}. ${title}`)}`);
};

/** @param {string} text */
export const say = (text) => console.log(`   ${text}`);

/** @param {readonly string[]} names */
export const list = (names) => (names.length === 0 ? 'nothing' : names.join(', '));
