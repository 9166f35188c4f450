import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { requireProcessors } from './processor-forwarding.config.js';
import { processorForwardingService } from './processor-forwarding.module.js';

runMain(async (stop) => {
  requireProcessors(process.env);
  return serve(readServiceConfig(process.env, 'processor-forwarding'), processorForwardingService, stop);
});
