import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { engagementService } from './engagement.module.js';

runMain(async () => serve(readServiceConfig(process.env, 'engagement'), engagementService));
