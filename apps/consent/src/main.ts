import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { consentService } from './consent.module.js';

runMain(async (stop) => serve(readServiceConfig(process.env, 'consent'), consentService, stop));
