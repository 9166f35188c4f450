import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { relayService } from './relay.module.js';

runMain(async (stop) => serve(readServiceConfig(process.env, 'relay'), relayService, stop));
