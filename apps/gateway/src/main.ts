import { readTogether } from '@dittoo/kernel/settings';
import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { readUpstreamsConfig, gatewayServiceWith } from './gateway.module.js';

runMain(async (stop) => {
  const { platform, upstreams } = readTogether({
    platform: () => readServiceConfig(process.env, 'gateway'),
    upstreams: () => readUpstreamsConfig(process.env),
  });
  return serve(platform, gatewayServiceWith(upstreams), stop);
});
