import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';

type Told = Pick<CoreContext, 'catalog' | 'events'>;

/** Tells that destinations have changed, or where they stand, and with them the plans that store to them. */
export function tellDestinations({ catalog, events }: Told, destinationIds: readonly string[]): void {
  events.emit('destinations.changed', { destinationIds: [...destinationIds] });
  const planIds = catalog.plans.storingTo(destinationIds);
  if (planIds.length > 0) events.emit('plans.changed', { planIds });
}

/** Tells that plans were added, changed or deleted; their destinations say which plans store to them. */
export function tellPlans({ events }: Pick<CoreContext, 'events'>, ...plans: Plan[]): void {
  const destinationIds = plans.flatMap(({ destinations }) => destinations.map((each) => each.destinationId));
  events.emit('plans.changed', { planIds: [...new Set(plans.map(({ id }) => id))] });
  events.emit('destinations.changed', { destinationIds: [...new Set(destinationIds)] });
}

/** Tells that so much may have changed that everything is to be asked for again. */
export function tellEverything({ events }: Pick<CoreContext, 'events'>): void {
  events.emit('snapshots.changed', { planId: null });
  events.emit('plans.changed', { planIds: null });
  events.emit('destinations.changed', { destinationIds: null });
}
