import { readTogether } from '@dittoo/kernel/settings';
import { readServiceConfig, runMain, serve } from '@dittoo/platform';
import { readAuditConfig, auditServiceWith } from './audit.module.js';

runMain(async (stop) => {
  const { platform, audit } = readTogether({
    platform: () => readServiceConfig(process.env, 'audit'),
    audit: () => readAuditConfig(process.env),
  });
  return serve(platform, auditServiceWith(audit), stop);
});
