import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { IDENTITY_CONFIG, type IdentityConfig } from '../identity.config.js';
import { RetentionDays } from './retention-days.js';

/** The days of the register in force, with the fiscal year of the configuration. */
@Injectable()
export class RetentionCalendar extends RetentionDays {
  constructor(@Inject(REGISTER) register: Register, @Inject(IDENTITY_CONFIG) { fiscalYearEnd }: IdentityConfig) {
    super(
      fiscalYearEnd === null
        ? register
        : { ...register, dataController: { ...register.dataController, fiscalYearEnd } },
    );
  }
}
