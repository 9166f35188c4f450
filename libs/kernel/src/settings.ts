/** `@dittoo/kernel/settings`: settings of a process, declared once, read from the environment at the start. */
export { durationMs, duration, oneOf, path, port, share, text, url, wholeNumber } from './settings/kinds.js';
export {
  bothOrNeither,
  readSettings,
  readTogether,
  SettingsError,
  type ConfigOf,
  type Environment,
  type Rule,
  type Settings,
} from './settings/reading.js';
export { setting, type Description, type Setting } from './settings/setting.js';
export { SettingGroup } from './settings/setting-group.js';
