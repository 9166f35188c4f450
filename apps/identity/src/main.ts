import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { identityService } from './identity.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'identity'), identityService));
