import { readTogether } from '@dittoo/kernel/settings';
import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { FirstOfficer, readIdentityConfig, identityServiceWith } from './identity.module.js';

runMain(async (stop) => {
  const { platform, identity } = readTogether({
    platform: () => readServiceConfig(process.env, 'identity'),
    identity: () => readIdentityConfig(process.env),
  });
  const running = await serve(platform, identityServiceWith(identity), stop);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  running.app.get(FirstOfficer).announce(say);
  return running;
});
