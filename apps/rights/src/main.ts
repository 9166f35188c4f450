import { readTogether } from '@dittoo/kernel/settings';
import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { readRightsConfig, rightsServiceWith } from './rights.module.js';

runMain(async (stop) => {
  const { platform, rights } = readTogether({
    platform: () => readServiceConfig(process.env, 'rights'),
    rights: () => readRightsConfig(process.env),
  });
  return serve(platform, rightsServiceWith(rights), stop);
});
