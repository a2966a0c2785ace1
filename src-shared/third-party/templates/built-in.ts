import { Template } from '../../model/third-party/template.ts';
import hone from './hone.json' with { type: 'json' };
import openmemory from './openmemory.json' with { type: 'json' };
import pisovereign from './pisovereign.json' with { type: 'json' };
import portunus from './portunus.json' with { type: 'json' };
import soundbox from './soundbox.json' with { type: 'json' };

let parsed: readonly Template[] | undefined;

/** Returns the templates that come with Snapkeep. One more is a file beside these and its name here. */
export function builtInTemplates(): readonly Template[] {
  // Most commands need none of them, and would start later.
  parsed ??= [hone, portunus, openmemory, soundbox, pisovereign].map((each) => Template.parse(each));
  return parsed;
}

/** The built-in template of an id; `undefined` when there is none. */
export function builtInTemplate(id: string): Template | undefined {
  return builtInTemplates().find((template) => template.id === id);
}
