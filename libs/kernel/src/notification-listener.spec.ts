/* Promised: it reconnects by itself, reports it, returns every connection, and stops at once. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { NotificationListener } from './notification-listener.js';

class Connection extends EventEmitter {
  readonly query = jest.fn((_statement: string) => Promise.resolve());
}

let connections: Connection[];
let away: boolean;
const log: string[] = [];
const listener = () =>
  new NotificationListener<Connection>({
    channel: 'news',
    connect: () => {
      if (away) return Promise.reject(new Error('away'));
      const connection = new Connection();
      connections.push(connection);
      return Promise.resolve(connection);
    },
    disconnect: () => void log.push('disconnected'),
    heard: (payload) => log.push(`heard ${payload}`),
    listening: () => log.push('listening'),
    lost: () => log.push('lost'),
  });

beforeEach(() => {
  jest.useFakeTimers();
  connections = [];
  away = false;
  log.length = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

it('passes notifications on, and listens again on a new connection when one is lost', async () => {
  const news = listener();
  await news.startListening();
  expect(connections[0]!.query).toHaveBeenCalledWith('LISTEN news');
  connections[0]!.emit('notification', { payload: 'one' });
  away = true;
  connections[0]!.emit('error', new Error('terminated'));
  await jest.advanceTimersByTimeAsync(2_000);
  away = false;
  await jest.advanceTimersByTimeAsync(2_000);
  connections[1]!.emit('notification', {});
  await news.stop();
  expect(log).toEqual(['listening', 'heard one', 'lost', 'disconnected', 'listening', 'heard ', 'disconnected']);
  expect(jest.getTimerCount()).toBe(0);
});

it('reports at the start that it cannot listen, and stops', async () => {
  away = true;
  await expect(listener().startListening()).rejects.toThrow('away');
  expect(jest.getTimerCount()).toBe(0);
});
