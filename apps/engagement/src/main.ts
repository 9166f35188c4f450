import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { engagementService } from './engagement.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'engagement'), engagementService));
