import { z } from 'zod';
import { TrashContent } from '../model/trash.ts';
import { snapshotId, started } from './params.ts';

const chosen = { planId: z.uuid().optional(), destinationId: z.uuid().optional() };

/** What a person deleted and can put back. */
export const trashMethods = {
  /** Lists what can be put back, the newest deletion first, with the confirmation of its removal. */
  'trash.list': { params: z.strictObject(chosen), result: TrashContent },
  /** Starts to put a deleted snapshot back, in all folders whose trash holds it, after its content was read and compared. */
  'trash.putBack': { params: snapshotId, result: started },
  /** Starts the removal of what `trash.list` has listed, for good. */
  'trash.empty': { params: z.strictObject({ ...chosen, confirmation: z.string() }), result: started },
} as const;
