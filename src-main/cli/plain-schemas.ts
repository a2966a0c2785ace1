import { config } from 'zod';

config({
  // Compiling a schema pays when it has checked hundreds of values. Most commands are gone before that.
  jitless: true,
  // Looking for circles in a schema builds all that it refers to. What is read here is JSON, which has none.
  memoizer: { attach: () => {}, guard: () => {}, alloc: (_schema, _payload, empty) => empty },
});
