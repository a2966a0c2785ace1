import { setTimeout as delay } from 'node:timers/promises';
import { whatIsBroken } from '../checks.ts';
import type { Operation } from '../operations.ts';
import { kill, seesProcesses, start, survivors, type Victim } from '../product.ts';
import { Scene, VARIANTS } from '../scene.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

const VICTIMS: readonly Victim[] = seesProcesses ? ['all', 'command', 'child'] : ['all', 'command'];
/** A child whose command was killed has this long to end, in milliseconds. */
const ORPHAN_MS = 20_000;
/** How long an operation is taken to last until one has ended by itself, in milliseconds. */
const FIRST_GUESS_MS = 1500;

/** Kills every operation at random instants, with each kind of snapshot. */
export async function killAtRandomInstants(extent: Extent, tally: Tally): Promise<void> {
  const random = randomNumbers(extent.seed);
  const { operations } = extent;
  const durations = new Map<string, number>();
  for (let n = 0; n < extent.kills; n++) {
    // Both go round at once: each operation meets each variant.
    const at = n % operations.length;
    const variant = VARIANTS[(at + Math.floor(n / operations.length)) % VARIANTS.length];
    const operation = operations[at];
    if (variant === undefined || operation === undefined) throw new Error('There is nothing to kill.');
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'all';
    const afterMs = random() * (durations.get(operation.name) ?? FIRST_GUESS_MS);
    const name = `${variant.name}, ${operation.name}, ${victim} killed after ${Math.round(afterMs)} ms`;
    const learn = (ms: number): unknown => durations.set(operation.name, ms);
    const work = async function* (): AsyncGenerator<string> {
      yield* killed(await Scene.of(variant), operation, victim, afterMs, learn);
    };
    await tally.attempt(name, work, operation);
  }
}

async function* killed(
  scene: Scene,
  operation: Operation,
  victim: Victim,
  afterMs: number,
  learn: (ms: number) => void,
): AsyncGenerator<string> {
  const before = await scene.ready(operation);
  const began = performance.now();
  const started = start(operation.home?.(scene) ?? scene.home, before.args, scene.env);
  const byItself = await Promise.race([delay(afterMs), started.ended]);
  if (byItself !== undefined) learn(performance.now() - began);
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
