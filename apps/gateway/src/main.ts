import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { gatewayService } from './gateway.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'gateway'), gatewayService));
