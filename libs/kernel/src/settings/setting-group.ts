import type { Settings } from './reading.js';

/** Settings that belong together and are read by the same programs: a section of `docs/configuration.md`. */
export class SettingGroup<S extends Settings = Settings> {
  readonly title: string;
  /** What a reader should know besides, in one or two sentences. */
  readonly remark: string | undefined;
  /** Names of programs: services, and `standalone`, `migrate`, `topics`, `processor-sandbox`. */
  readonly readBy: readonly string[];
  readonly settings: S;

  constructor({
    title,
    remark,
    readBy,
    settings,
  }: {
    readonly title: string;
    readonly remark?: string;
    readonly readBy: readonly string[];
    readonly settings: S;
  }) {
    this.title = title;
    this.remark = remark;
    this.readBy = readBy;
    this.settings = settings;
  }
}
