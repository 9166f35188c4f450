import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { orderService } from './order.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'order'), orderService));
