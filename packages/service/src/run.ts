import { z } from 'zod';
import { type Config, ConfigInvalid, describeSettings, readConfig, type Settings } from './config.ts';
import { Duration } from './duration.ts';
import { createLogger, type Logger } from './logger.ts';
import { isFinal } from './patiently.ts';

export interface Service<S extends Settings> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly settings: S;
  /** Runs until `signal` aborts, then drains: stops reading, finishes the batch, commits, closes. */
  readonly run: (config: Config<S>, logger: Logger, signal: AbortSignal) => Promise<void>;
}

const PROCESS_SETTINGS = {
  LOG_LEVEL: { type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']), help: 'least level that is logged', default: 'info' },
  SHUTDOWN_GRACE: { type: Duration, help: 'how long a stop may take before it is forced', default: '20s' },
} as const;

/** The life of a service's process: `--help`, configuration, one signal to drain, a second one to stop at once.
 *  Exit code 0 after a drained stop, 1 after a failure or a forced stop, 2 for a wrong configuration. */
export async function runService<S extends Settings>(service: Service<S>, host: NodeJS.Process): Promise<void> {
  if (host.argv.includes('--help')) {
    const settings = describeSettings({ ...service.settings, ...PROCESS_SETTINGS });
    host.stdout.write(`${service.summary}\n\nEnvironment:\n${settings}\n`);
    return;
  }
  let config: Config<S>;
  let own: Config<typeof PROCESS_SETTINGS>;
  try {
    config = readConfig(service.settings, host.env);
    own = readConfig(PROCESS_SETTINGS, host.env);
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    host.stderr.write(`${service.name}: ${error.message}\n`);
    host.exitCode = 2;
    return;
  }
  const logger = createLogger(service.name, own.LOG_LEVEL);
  const stop = new AbortController();
  const force = (why: string) => {
    logger.warn({ why }, 'stopping at once');
    host.exit(1);
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    host.on(name, () => {
      if (stop.signal.aborted) return force('a second signal');
      logger.info({ signal: name }, 'stopping');
      stop.abort();
      setTimeout(force, own.SHUTDOWN_GRACE, 'SHUTDOWN_GRACE is over').unref();
    });
  }
  try {
    await service.run(config, logger, stop.signal);
    logger.info('stopped');
    host.exit(0);
  } catch (error) {
    // What a person must mend is told in a line; a stack is for what nobody expected.
    logger.fatal(isFinal(error) ? { error: (error as Error).message } : { err: error }, 'failed');
    host.exit(error instanceof ConfigInvalid ? 2 : 1);
  }
}
