import { readTogether } from '@dittoo/kernel/settings';
import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import {
  forwardingConfigOf,
  processorForwardingServiceWith,
  readForwardingSettings,
} from './processor-forwarding.module.js';

runMain(async (stop) => {
  const { platform, forwarding } = readTogether({
    platform: () => readServiceConfig(process.env, 'processor-forwarding'),
    forwarding: () => readForwardingSettings(process.env, 'required'),
  });
  return serve(platform, processorForwardingServiceWith(forwardingConfigOf(forwarding)), stop);
});
