import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { consentService } from './consent.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'consent'), consentService));
