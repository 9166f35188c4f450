import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { rightsService } from './rights.module.js';

runMain(async () => serve(readServiceConfig(process.env, 'rights'), rightsService));
