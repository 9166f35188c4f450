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
var __param =
  (this && this.__param) ||
  function (paramIndex, decorator) {
    return function (target, key) {
      decorator(target, key, paramIndex);
    };
  };
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Sessions } from './sessions.js';
/** The erasure of a person begins -> nobody is signed in as them any more. Repeating it changes nothing. */
let SessionReactor = class SessionReactor {
  sessions;
  constructor(sessions) {
    this.sessions = sessions;
  }
  async erasureRequested(event) {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId !== null) await this.sessions.endAll(subjectId);
  }
};
__decorate(
  [
    EventPattern('ErasureRequested', { group: 'identity.sessions' }),
    __param(0, Payload()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  SessionReactor.prototype,
  'erasureRequested',
  null,
);
SessionReactor = __decorate([Controller(), __metadata('design:paramtypes', [Sessions])], SessionReactor);
export { SessionReactor };
//# sourceMappingURL=session.reactor.js.map
