import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { relayService } from './relay.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'relay'), relayService));
