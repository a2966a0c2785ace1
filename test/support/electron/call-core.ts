import type { Page } from '@playwright/test';
import type { Answer } from '../../../src-shared/contract/frames.ts';
import type { MethodName, Params, Result } from '../../../src-shared/contract/methods.ts';

interface Bridge {
  send(frame: object): void;
  onFrame(listener: (frame: { type: string; id?: number; answer?: Answer }) => void): () => void;
}

/** Calls a method of the core through the window's own bridge, as the page does. */
export async function callCore<M extends MethodName>(page: Page, method: M, params: Params<M>): Promise<Result<M>> {
  const answer = await page.evaluate(
    (request) =>
      new Promise<Answer>((resolve) => {
        const { snapkeepBridge: bridge } = window as unknown as { snapkeepBridge: Bridge };
        // Far from the numbers that the page itself uses.
        const id = 1_000_000 + Math.floor(Math.random() * 1e9);
        const stop = bridge.onFrame((frame) => {
          if (frame.type !== 'response' || frame.id !== id || frame.answer === undefined) return;
          stop();
          resolve(frame.answer);
        });
        bridge.send({ type: 'request', id, ...request });
      }),
    { method: method as string, params: params as object },
  );
  if (!answer.ok) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
  return answer.result as Result<M>;
}
