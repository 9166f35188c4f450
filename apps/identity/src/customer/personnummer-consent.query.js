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
import { consentStands } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
/** Does consent to the personnummer stand? Read from the consent stream itself, so the answer is the newest there is. */
let PersonnummerConsent = class PersonnummerConsent {
  store;
  constructor(store) {
    this.store = store;
  }
  async stands(subjectId) {
    let stands = false;
    for await (const recorded of this.store.readStream(streamName('consent', subjectId))) {
      stands = consentStands('personnummer', stands, recordedAs(recorded));
    }
    return stands;
  }
};
PersonnummerConsent = __decorate([Injectable(), __metadata('design:paramtypes', [EventStore])], PersonnummerConsent);
export { PersonnummerConsent };
//# sourceMappingURL=personnummer-consent.query.js.map
