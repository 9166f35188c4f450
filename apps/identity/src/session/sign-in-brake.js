var __decorate =
  (this && this.__decorate) ||
  function (decorators, target, key, desc) {
    var c = arguments.length,
      r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc,
      d;
    if (typeof Reflect === 'object' && typeof Reflect.decorate === 'function')
      r = Reflect.decorate(decorators, target, key, desc);
    else
      for (var i = decorators.length - 1; i >= 0; i--)
        if ((d = decorators[i])) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return (c > 3 && r && Object.defineProperty(target, key, r), r);
  };
var __metadata =
  (this && this.__metadata) ||
  function (k, v) {
    if (typeof Reflect === 'object' && typeof Reflect.metadata === 'function') return Reflect.metadata(k, v);
  };
import { Clock } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
const freeTries = 20;
const windowMinutes = 15;
/**
 * Slows down who tries passwords: after twenty tries in a row an account answers at growing intervals, at most every
 * five minutes; fifteen quiet minutes or the right password forget it. Counted before the password is looked at, so
 * tries at the same time count too; an account that does not exist counts the same.
 */
let SignInBrake = class SignInBrake {
  rows;
  clock;
  constructor(rows, clock) {
    this.rows = rows;
    this.clock = clock;
  }
  /** Counts a try. @returns seconds to wait; 0 = go ahead */
  async tried(account) {
    const now = this.clock.now();
    await this.rows.query(
      `DELETE FROM identity.sign_in_brake WHERE tried_at < $1::timestamptz - make_interval(mins => $2)`,
      [now, windowMinutes],
    );
    const counted = await this.rows.query(
      `INSERT INTO identity.sign_in_brake AS brake (account, tries, tried_at, blocked_until) VALUES ($1, 1, $2, $2)
       ON CONFLICT (account) DO UPDATE SET tries = brake.tries + 1, tried_at = $2, blocked_until =
         $2::timestamptz + make_interval(secs => CASE WHEN brake.tries + 1 < $3 THEN 0
                                                 ELSE least(300, 2 ^ least(brake.tries + 1 - $3, 9)) END)
       WHERE brake.blocked_until <= $2 RETURNING account`,
      [account, now, freeTries],
    );
    if (counted.length > 0) return 0;
    const [row] = await this.rows.query('SELECT blocked_until FROM identity.sign_in_brake WHERE account = $1', [
      account,
    ]);
    return row === undefined ? 0 : Math.max(1, Math.ceil((row.blocked_until.getTime() - Date.parse(now)) / 1000));
  }
  async release(account) {
    await this.rows.query('DELETE FROM identity.sign_in_brake WHERE account = $1', [account]);
  }
};
SignInBrake = __decorate([Injectable(), __metadata('design:paramtypes', [DataSource, Clock])], SignInBrake);
export { SignInBrake };
//# sourceMappingURL=sign-in-brake.js.map
