import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { orderService } from './order.module.js';

runMain(async (stop) => serve(readServiceConfig(process.env, 'order'), orderService, stop));
