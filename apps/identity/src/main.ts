import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { FirstOfficer, identityService } from './identity.module.js';

runMain(async (stop) => {
  const running = await serve(readServiceConfig(process.env, 'identity'), identityService, stop);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  running.app.get(FirstOfficer).announce(say);
  return running;
});
