import { z } from 'zod';
import { methods } from '../../src-shared/contract/methods.ts';

/*
 * Prints the JSON Schema of what each method takes. A program of its own, because tests build schemas on first use, as the
 * product does, and zod makes no JSON Schema of a stand-in for one that is optional.
 */
const schemas = Object.entries(methods).map(([name, { params }]) => [
  name,
  z.toJSONSchema(params, { io: 'input', unrepresentable: 'any', reused: 'inline' }),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(schemas)));
