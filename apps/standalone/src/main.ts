import { runMain } from '@dittoo/platform/run-main';

const underNpm = process.env['npm_lifecycle_event'] !== undefined;

// The services are loaded after the signal handlers are installed: loading takes a second, and longer on a busy
// machine.
runMain(
  async (stop) => {
    await import('reflect-metadata');
    const { startStandalone } = await import('./standalone.js');
    stop.throwIfAborted();
    return startStandalone(process.env, stop);
  },
  { underNpm },
);
