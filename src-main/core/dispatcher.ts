import { z } from 'zod';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Answer } from '../../src-shared/contract/frames.ts';
import { loadMethod } from '../../src-shared/contract/load-method.ts';
import type { MethodName, ParsedParams, Result } from '../../src-shared/contract/methods.ts';
import { explainError } from './engine/engine-errors.ts';
import { cancelledError } from './engine/task-context.ts';
import type { LoadHandler } from './handler.ts';

/** Brings requests to their handlers: unknown methods and params that do not fit go no further. */
export class Dispatcher {
  readonly #loadHandler: LoadHandler;

  constructor(loadHandler: LoadHandler) {
    this.#loadHandler = loadHandler;
  }

  /** Answers a request from outside. Never rejects: what went wrong is in the answer. */
  async answer(method: string, params: unknown, signal: AbortSignal): Promise<Answer> {
    try {
      if ((await loadMethod(method)) === undefined) {
        throw new SnapkeepError('NOT_FOUND', `Unknown method: ${JSON.stringify(method)}.`, {
          hint: 'The window and Snapkeep may have different versions. Reload the window.',
        });
      }
      return { ok: true, result: await this.call(method as MethodName, params, signal) };
    } catch (error) {
      return { ok: false, error: explainError(error, method).toBody() };
    }
  }

  /** @throws SnapkeepError `INVALID_PARAMS`, or what the handler throws */
  async call<M extends MethodName>(method: M, params: unknown, signal: AbortSignal): Promise<Result<M>> {
    const parsed = (await loadMethod(method)).params.safeParse(params);
    if (!parsed.success) {
      throw new SnapkeepError('INVALID_PARAMS', `Invalid parameters for ${method}: ${z.prettifyError(parsed.error)}`, {
        hint: 'Correct them and try again.',
      });
    }
    if (hasNul(parsed.data)) {
      throw new SnapkeepError('INVALID_PARAMS', `The parameters for ${method} contain a NUL character.`, {
        hint: 'Remove the character and try again.',
      });
    }
    const handler = await this.#loadHandler(method);
    if (signal.aborted) throw cancelledError();
    try {
      return await handler(parsed.data as ParsedParams<M>, signal);
    } catch (error) {
      throw explainError(error, method);
    }
  }
}

/** No path, argument, host name or key goes on after a NUL: the system refuses it, or reads less than was given. */
function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, item]) => hasNul(name) || hasNul(item));
}
