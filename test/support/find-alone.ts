import { search } from './find-scene.ts';

/* Searches a made-up machine in a process of its own and prints what came of it: `find-alone.ts <folder>`. */
const [root = ''] = process.argv.slice(2);
const began = performance.now();
const { databases, report } = await search(root);
process.stdout.write(
  JSON.stringify({
    databases,
    report,
    seconds: (performance.now() - began) / 1000,
    mostBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
