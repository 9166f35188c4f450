import 'reflect-metadata';
import { runMain } from '@dittoo/platform';
import { startStandalone } from './standalone.js';

runMain(() => startStandalone(process.env));
