import { TIMELINE_ZOOMS, type TimelineZoom } from './timeline.ts';

/** The part of a timeline that is shown. */
export interface TimelineView {
  zoom: TimelineZoom;
  /** Its beginning, in milliseconds since 1970. */
  from: number;
}

/** Returns the zoom of a view, with its lengths. */
export function zoomOf({ zoom }: Pick<TimelineView, 'zoom'>): (typeof TIMELINE_ZOOMS)[number] {
  return TIMELINE_ZOOMS.find(({ name }) => name === zoom) ?? TIMELINE_ZOOMS[0];
}

/** Returns the end of a view, in milliseconds since 1970; exclusive. */
export const viewEnd = (view: TimelineView): number => view.from + zoomOf(view).spanMs;

/** Returns a view with an instant in its middle. @param at in milliseconds since 1970 */
export function viewAround(zoom: TimelineZoom, at: number): TimelineView {
  return { zoom, from: at - zoomOf({ zoom }).spanMs / 2 };
}

/** Returns the view that ends with an instant. @param at in milliseconds since 1970 */
export function viewUpTo(zoom: TimelineZoom, at: number): TimelineView {
  return { zoom, from: at + 1 - zoomOf({ zoom }).spanMs };
}

/**
 * Returns the next closer view, or the next wider one; at the last, the same.
 * @param direction 1: closer; -1: wider
 * @param around what stays in sight, in milliseconds since 1970; `null`: the middle
 */
export function zoomedView(view: TimelineView, direction: 1 | -1, around: number | null): TimelineView {
  const index = TIMELINE_ZOOMS.findIndex(({ name }) => name === view.zoom);
  const next = TIMELINE_ZOOMS[index + direction];
  const middle = view.from + zoomOf(view).spanMs / 2;
  return next === undefined ? view : viewAround(next.name, isShown(view, around) ? (around ?? middle) : middle);
}

/** Returns the view half its length earlier or later. */
export function movedView(view: TimelineView, direction: 1 | -1): TimelineView {
  return { ...view, from: view.from + (direction * zoomOf(view).spanMs) / 2 };
}

/** Returns a view that shows an instant: the same if it does. @param at in milliseconds since 1970 */
export function viewShowing(view: TimelineView, at: number): TimelineView {
  return isShown(view, at) ? view : viewAround(view.zoom, at);
}

const isShown = (view: TimelineView, at: number | null): boolean =>
  at !== null && at >= view.from && at < viewEnd(view);
