import { config } from 'zod';

// Compiling a schema pays when it has checked hundreds of values. Most commands are gone before that.
config({ jitless: true });
