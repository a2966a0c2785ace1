import type { Page } from '@playwright/test';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import { callCore } from './electron/call-core.ts';

/** Calls a method of the core behind an open window of any host. */
export async function callMethod<M extends MethodName>(page: Page, method: M, params: Params<M>): Promise<Result<M>> {
  if (await page.evaluate(() => 'snapkeepBridge' in window)) return callCore(page, method, params);
  const answer = await page.evaluate(
    async (request) => {
      const response = await fetch(`api/${request.method}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${localStorage.getItem('snapkeep.session')}`,
        },
        body: JSON.stringify(request.params),
      });
      return (await response.json()) as { ok: boolean; result: unknown; error?: { message: string } };
    },
    { method: method as string, params: params as object },
  );
  if (!answer.ok) throw new Error(`${method}: ${answer.error?.message}`);
  return answer.result as Result<M>;
}
