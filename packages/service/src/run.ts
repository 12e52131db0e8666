import { type Config, ConfigInvalid, describeSettings, readConfig, type Settings } from './config.ts';
import { createLogger, type Logger } from './logger.ts';

export interface Service<S extends Settings> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly settings: S;
  /** Runs until `signal` aborts, then drains: stops reading, finishes the batch, commits, closes. */
  readonly run: (config: Config<S>, logger: Logger, signal: AbortSignal) => Promise<void>;
}

/** The life of a service's process: `--help`, configuration, one signal to drain, a second one to stop at once.
 *  Exit code 0 after a drained stop, 1 after a failure, 2 for a wrong configuration. */
export async function runService<S extends Settings>(service: Service<S>, host: NodeJS.Process): Promise<void> {
  if (host.argv.includes('--help')) {
    host.stdout.write(`${service.summary}\n\nEnvironment:\n${describeSettings(service.settings)}\n`);
    return;
  }
  let config: Config<S>;
  try {
    config = readConfig(service.settings, host.env);
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    host.stderr.write(`${service.name}: ${error.message}\n`);
    host.exitCode = 2;
    return;
  }
  const logger = createLogger(service.name, host.env['LOG_LEVEL'] ?? 'info');
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    host.on(name, () => {
      if (stop.signal.aborted) host.exit(1);
      logger.info({ signal: name }, 'stopping');
      stop.abort();
    });
  }
  try {
    await service.run(config, logger, stop.signal);
    logger.info('stopped');
    host.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, 'failed');
    host.exit(1);
  }
}
