import { keepCompiledCode } from '../platform/compiled-code.ts';

keepCompiledCode(import.meta.dirname);
// Loaded afterwards, for only what is loaded from now on is kept.
void import('./plain-schemas.ts').then(() => import('./run.ts'));
