import usual from './playwright.config.ts';

// Every command of these specs works beside a service that is started for it. SNAPKEEP_BESIDE=all: all specs of the
// command line; otherwise those that meet every way in which a command talks to a service.
const which = process.env.SNAPKEEP_BESIDE ?? 'some';
process.env.SNAPKEEP_BESIDE = which;

export default {
  ...usual,
  testMatch: which === 'all' ? /[/\\]command-line[^/\\]*\.spec\.ts$/ : /[/\\]command-line(-signals)?\.spec\.ts$/,
  // What SIGINT does, SIGTERM does as well.
  ...(which === 'all' ? {} : { grepInvert: /SIGTERM/ }),
  // A service is started and ended for each command.
  timeout: 300_000,
};
