const steps: Array<() => void> = [];

/** Notes what has to be undone when the campaign ends, however it ends. The answer does it now, once. */
export function cleanUpLater(step: () => void): () => void {
  steps.push(step);
  return () => {
    const at = steps.indexOf(step);
    if (at < 0) return;
    steps.splice(at, 1);
    step();
  };
}

process.on('exit', () => {
  for (const step of steps.splice(0).reverse()) {
    try {
      step();
    } catch (error) {
      console.error(error);
    }
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
