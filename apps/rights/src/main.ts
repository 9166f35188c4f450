import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { rightsService } from './rights.module.js';

runMain(async (stop) => serve(readServiceConfig(process.env, 'rights'), rightsService, stop));
