import type { MethodName, ParsedParams, Result } from '../../src-shared/contract/methods.ts';

/** Answers one method. `signal` is aborted when the caller no longer wants the answer. */
export type Handler<M extends MethodName> = (
  params: ParsedParams<M>,
  signal: AbortSignal,
) => Result<M> | Promise<Result<M>>;

/** The handlers of some methods; of all of them by default. */
export type Handlers<M extends MethodName = MethodName> = { readonly [K in M]: Handler<K> };

/** Returns the handler of a method. */
export type LoadHandler = <M extends MethodName>(method: M) => Promise<Handler<M>>;
