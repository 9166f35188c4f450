import { EventStoreUnavailable } from '@dittoo/kernel';

/** For specs: counts the calls of some work and stops it before or after one of them, as if the process were killed. */
export class Death {
  private acts = 0;

  constructor(
    private readonly at: number,
    private readonly when: 'before' | 'after',
  ) {}

  get came(): boolean {
    return this.acts > this.at;
  }

  over<T extends object>(port: T, ...methods: (keyof T & string)[]): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target) as unknown;
        if (typeof member !== 'function') return member;
        if (!methods.includes(name as keyof T & string)) return member.bind(target);
        return async (...args: unknown[]) => {
          const dies = this.acts++ === this.at;
          if (dies && this.when === 'before') throw new EventStoreUnavailable();
          const result: unknown = await member.apply(target, args);
          if (dies) throw new EventStoreUnavailable();
          return result;
        };
      },
    });
  }
}
