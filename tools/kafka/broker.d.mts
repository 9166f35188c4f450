/*
 * The types of `broker.mjs`, which is checked against them. The only declarations in tools/: specs of the libs import the
 * broker, and TypeScript code has the types of plain JavaScript from a file of this kind alone.
 */

/** What `startBroker` gives back. */
export interface RunningBroker {
  readonly ports: {
    readonly plain: number;
    readonly controller: number;
    readonly sasl: number;
    readonly secure: number;
    readonly proxied: number;
    readonly proxy: number;
  };
  readonly brokers: string[];
  readonly caFile: string | undefined;
  readonly pid: number;
}

export class BrokerNotAvailable extends Error {}

export function brokerClasspath(): string;
export function freePort(): Promise<number>;
export function runningBroker(dir: string): number | undefined;
export function giveUser(broker: string, user: { readonly username: string; readonly password: string }): void;
export function startBroker(options: {
  readonly dir: string;
  readonly port?: number;
  readonly user?: { readonly username: string; readonly password: string };
  readonly viaProxy?: boolean;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}): Promise<RunningBroker>;
export function stopBroker(dir: string, signal?: 'SIGTERM' | 'SIGKILL'): Promise<boolean>;
