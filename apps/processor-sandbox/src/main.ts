import { processorSandboxConfig } from './processor-sandbox.config.js';
import { startProcessorSandbox } from './processor-sandbox.module.js';

try {
  const sandbox = await startProcessorSandbox(processorSandboxConfig(process.env));
  process.send?.(sandbox.urls);
  process.stdout.write(`smtp ${sandbox.urls.smtp}\nimap ${sandbox.urls.imap}\n`);
  process.stdout.write(`ready ${sandbox.urls.sandbox}\n`);
  const stop = (): void => void sandbox.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop); // the parent process is gone
} catch (error) {
  process.stderr.write(`cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
