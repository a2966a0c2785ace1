import type { Page } from '@playwright/test';
import { ClientFrame } from '../../src-shared/contract/frames.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';

/** Answers of a core that is not there, by method. */
export type PaintedAnswers = { [M in MethodName]?: (params: Params<M>) => Result<M> };

/**
 * Answers some methods of the window in the place of the core; all others reach it. For pictures of states that
 * cannot be brought about on purpose, such as a copy that is half way.
 */
export async function paintAnswers(page: Page, answers: PaintedAnswers): Promise<void> {
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const core = socket.connectToServer();
    socket.onMessage((message) => {
      const painted = paintedAnswer(String(message), answers);
      if (painted === undefined) core.send(message);
      else socket.send(painted);
    });
  });
}

function paintedAnswer(message: string, answers: PaintedAnswers): string | undefined {
  const frame = ClientFrame.parse(JSON.parse(message));
  if (frame.type !== 'request') return undefined;
  const answer = (answers as Record<string, ((params: unknown) => unknown) | undefined>)[frame.method];
  if (answer === undefined) return undefined;
  return JSON.stringify({ type: 'response', id: frame.id, answer: { ok: true, result: answer(frame.params) } });
}
