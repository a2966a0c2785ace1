import { setTimeout as delay } from 'node:timers/promises';
import { look, whatIsBroken } from '../checks.ts';
import { OPERATIONS, type Operation } from '../operations.ts';
import { kill, run, start, survivors, type Victim } from '../product.ts';
import { Scene, VARIANTS } from '../scene.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

const VICTIMS: readonly Victim[] = ['all', 'command', 'child'];
/** A child whose command was killed has this long to end, in milliseconds. */
const ORPHAN_MS = 10_000;

/** Kills every operation at random instants, with each kind of snapshot. */
export async function killAtRandomInstants(extent: Extent, tally: Tally): Promise<void> {
  const random = randomNumbers(extent.seed);
  const rounds = Math.ceil(extent.kills / VARIANTS.length);
  for (const variant of VARIANTS) {
    const scene = await Scene.make(variant);
    const durations = new Map<string, number>();
    for (let n = 0; n < rounds && tally.attempts < extent.kills; n++) {
      const operation = OPERATIONS[n % OPERATIONS.length] as Operation;
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'all';
      if (!durations.has(operation.name)) durations.set(operation.name, await timeOf(scene, operation));
      const afterMs = random() * (durations.get(operation.name) ?? 0);
      const name = `${variant.name}, ${operation.name}, ${victim} killed after ${Math.round(afterMs)} ms`;
      await tally.attempt(name, () => killed(scene, operation, victim, afterMs));
    }
    scene.remove();
  }
}

async function* killed(scene: Scene, operation: Operation, victim: Victim, afterMs: number): AsyncGenerator<string> {
  scene.reset();
  await operation.prepare?.(scene);
  const args = await operation.args(scene);
  const before = await look(scene);
  const started = start(operation.home?.(scene) ?? scene.home, args, scene.env);
  await Promise.race([delay(afterMs), started.ended]);
  kill(started, victim);
  const ended = await started.ended;
  if (victim === 'child' && ended.code === null) yield 'The command ended with its child, and said nothing.';
  for (let waited = 0; survivors(started).length > 0; waited += 50) {
    if (waited > ORPHAN_MS) {
      yield `Its children ${survivors(started).join(', ')} still run.`;
      break;
    }
    await delay(50);
  }
  yield* whatIsBroken(scene, operation, before);
}

async function timeOf(scene: Scene, operation: Operation): Promise<number> {
  scene.reset();
  await operation.prepare?.(scene);
  const args = await operation.args(scene);
  const started = performance.now();
  const { code, stderr } = await run(operation.home?.(scene) ?? scene.home, args, scene.env);
  if (code !== 0) throw new Error(`${operation.name} ended with ${code} by itself: ${stderr}`);
  return performance.now() - started;
}
