import { readPlatformConfig, runMain, serve } from '@dittoo/platform';
import { FirstOfficer, identityService } from './identity.module.js';

runMain(async () => {
  const running = await serve(readPlatformConfig(process.env, 'identity'), identityService);
  const officer = running.app.get(FirstOfficer).credentialsToPrint();
  if (officer !== null) {
    process.stdout.write(`officer ${officer.email}  password ${officer.password}  (shown this once)\n`);
  }
  return running;
});
