import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { auditService } from './audit.module.js';

runMain(() => serve(readPlatformConfig(process.env, 'audit'), auditService));
