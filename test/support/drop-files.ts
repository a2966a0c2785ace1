import type { Page } from '@playwright/test';

/** Drags real files from outside into the middle of the window and drops them, so that they carry their paths. */
export async function dropFiles(page: Page, files: string[]): Promise<void> {
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  const session = await page.context().newCDPSession(page);
  const drag = { x: width / 2, y: height / 2, data: { items: [], files, dragOperationsMask: 1 } };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...drag });
  await session.detach();
}
