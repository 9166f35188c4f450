import { endRun } from './global-setup.js';

export default endRun;
