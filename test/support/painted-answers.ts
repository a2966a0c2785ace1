import type { Page } from '@playwright/test';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { type Answer, ClientFrame, CoreFrame } from '../../src-shared/contract/frames.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import { SessionAccepted, SessionFrame } from '../../src-shared/contract/session.ts';

/** What becomes of the core's answers on their way to the window, by method; what is thrown is answered as an error. */
export type PaintedAnswers = { [M in MethodName]?: (real: Result<M>) => Result<M> | Promise<Result<M>> };

/** Answers whatever the core says, an error too, by method. */
export type InventedAnswers = { [M in MethodName]?: (params: Params<M>) => Result<M> };

/**
 * Paints over what the core answers to a window that is not open yet: for pictures of states that cannot be brought
 * about on purpose, such as a copy that is half way, and to hold an answer back.
 */
export async function paintAnswers(page: Page, painted: PaintedAnswers, invented: InventedAnswers = {}): Promise<void> {
  const painters = painted as Record<string, ((real: unknown) => unknown) | undefined>;
  const inventors = invented as Record<string, ((params: unknown) => unknown) | undefined>;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const asked = new Map<number, { method: string; params: unknown }>();
    const core = socket.connectToServer();
    socket.onMessage((message) => {
      const frame = ClientFrame.or(SessionFrame).parse(JSON.parse(String(message)));
      if (frame.type === 'request') asked.set(frame.id, frame);
      core.send(message);
    });
    core.onMessage(async (message) => {
      const frame = CoreFrame.or(SessionAccepted).parse(JSON.parse(String(message)));
      if (frame.type !== 'response') return socket.send(message);
      const { method = '', params } = asked.get(frame.id) ?? {};
      const [paint, invent] = [painters[method], inventors[method]];
      if (invent !== undefined) socket.send(JSON.stringify({ ...frame, answer: await repainted(invent, params) }));
      else if (!frame.answer.ok || paint === undefined) socket.send(message);
      else socket.send(JSON.stringify({ ...frame, answer: await repainted(paint, frame.answer.result) }));
    });
  });
}

async function repainted(paint: (real: unknown) => unknown, real: unknown): Promise<Answer> {
  try {
    return { ok: true, result: await paint(real) };
  } catch (error) {
    if (!(error instanceof SnapkeepError)) throw error;
    return { ok: false, error: error.toBody() };
  }
}
