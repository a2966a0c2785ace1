import { keepCompiledCode } from '../platform/compiled-code.ts';
import { keepHeapSmall } from '../platform/small-heap.ts';

keepCompiledCode(import.meta.dirname);
keepHeapSmall();
// Loaded afterwards: its code is kept, and its objects do not make the heap grow.
void import('./serve.ts');
