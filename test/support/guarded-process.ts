import { guardProcess } from '../../src-main/core/process/process-guard.ts';
import { openProcessLog } from '../../src-main/core/process/process-log.ts';

/*
 * A guarded process: `guarded-process.ts <data folder> <what happens> <with or without a log>`. It prints `went on` where
 * it does, and what it ends with.
 */

const [dataFolder = '', happens = '', withLog = ''] = process.argv.slice(2);
const log = withLog === 'log' ? openProcessLog(dataFolder, process.env.SNAPKEEP_LOG) : undefined;
guardProcess(
  () => log,
  (error) => {
    console.log(`ended by: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(3);
  },
);
const error = new Error('Nobody thought of this.');
if (happens === 'rejection') {
  void Promise.reject(error);
  // Node tells of rejections before the next turn of the loop.
  setImmediate(() => {
    console.log('went on');
    void log?.close();
  });
} else if (happens === 'no reader') {
  // The end of its input says that nobody reads its output any more.
  process.stdin.resume().once('end', () => {
    process.stdout.write('unheard\n', () => {
      process.stderr.write('unheard\n', () => {
        log?.warn('Went on.');
        void log?.close();
      });
    });
  });
} else {
  setImmediate(() => {
    throw error;
  });
}
