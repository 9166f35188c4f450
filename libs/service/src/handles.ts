import type { AnyDelivered, Delivered, EventContext, EventTypes } from '@dittoo/kernel';
import { EventPattern } from '@nestjs/microservices';

type TypeName = keyof EventTypes & string;

/** The event a handler of these types takes; `*` is every type. */
type Handled<Type extends TypeName | '*'> = Type extends TypeName ? Delivered<EventTypes, Type> : AnyDelivered;

/** A handler takes the event it names; its other parameter is `Context`. */
type Handler<Type extends TypeName | '*', Context> = (event: Handled<Type>, context: Context) => unknown;

type HandlerDecorator<Type extends TypeName | '*', Context> = <Method extends Handler<Type, Context>>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<Method>,
) => void;

/** A reactor acts before the rows of its page are written, outside any transaction. */
type Reacting = Pick<EventContext, 'group'>;

/**
 * Nest's `@EventPattern`, typed: the method must take the named event as delivered, and an unknown type does not
 * compile. The handlers of one group have one checkpoint and see each stream's events in order.
 *
 * @param types one type, several, or `*` for all
 * @param options.group name of the checkpoint: `<service>.<read model or reactor>`
 * @param options.reacts called outside any transaction: appends under derived ids, so that a repeat changes nothing; what
 *   it returns the group's other handler of the type finds as `acted` in its context
 */
export function Handles<Type extends TypeName | '*'>(
  types: Type | readonly Type[],
  options: { readonly group: string; readonly reacts: true },
): HandlerDecorator<Type, Reacting>;
export function Handles<Type extends TypeName | '*'>(
  types: Type | readonly Type[],
  options: { readonly group: string },
): HandlerDecorator<Type, EventContext<never, never>>;
export function Handles(
  types: string | readonly string[],
  options: { readonly group: string; readonly reacts?: true },
): MethodDecorator {
  return EventPattern(typeof types === 'string' ? types : [...types], { ...options });
}
