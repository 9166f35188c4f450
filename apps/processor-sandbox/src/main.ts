import { processorSandboxConfig } from './processor-sandbox.config.js';
import { startProcessorSandbox } from './processor-sandbox.module.js';

const sandbox = await startProcessorSandbox(processorSandboxConfig(process.env));
process.stdout.write(`smtp ${sandbox.urls.smtp}\nimap ${sandbox.urls.imap}\n`);
process.stdout.write(`ready ${sandbox.urls.payson}\n`);
process.once('SIGTERM', () => void sandbox.close());
process.once('SIGINT', () => void sandbox.close());
