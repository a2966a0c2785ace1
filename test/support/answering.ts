import { Dispatcher } from '../../src-main/core/dispatcher.ts';
import type { Handler } from '../../src-main/core/handler.ts';
import type { MethodName } from '../../src-shared/contract/methods.ts';

/** A dispatcher to handlers of the test's own. */
export function answering(handlers: Partial<Record<string, (params: never, signal: AbortSignal) => unknown>>) {
  return new Dispatcher(async <M extends MethodName>(method: M) => handlers[method] as unknown as Handler<M>);
}
