import { DomainError, type RecordedEvent } from '@dittoo/kernel';
import { Controller, type Type } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

export const refusingGroup = 'specs.refusing';

/** For specs: a group that fails on shipped orders of these streams, so that the streams are parked. */
export const refusing = (streams: ReadonlySet<string>): Type => {
  @Controller()
  class Refusing {
    @EventPattern('OrderShipped', { group: refusingGroup })
    refuse(@Payload() { stream }: RecordedEvent): void {
      if (streams.has(stream)) throw new DomainError('not-allowed');
    }
  }
  return Refusing;
};
