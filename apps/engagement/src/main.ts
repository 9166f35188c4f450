import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { engagementService } from './engagement.module.js';

runMain(async (stop) => serve(readServiceConfig(process.env, 'engagement'), engagementService, stop));
