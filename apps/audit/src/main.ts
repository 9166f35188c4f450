import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { auditService } from './audit.module.js';

runMain(async (stop) => serve(readServiceConfig(process.env, 'audit'), auditService, stop));
