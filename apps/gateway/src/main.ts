import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { gatewayServiceWith, readUpstreamsConfig } from './gateway.module.js';

runMain(async (stop) => {
  const config = readServiceConfig(process.env, 'gateway');
  return serve(config, gatewayServiceWith(readUpstreamsConfig(process.env)), stop);
});
