/** How to reach Kafka. */
export interface LogOptions {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  /** Prefix of the topics. */
  readonly prefix: string;
  /** Name of this program in the broker's logs. */
  readonly clientId: string;
  readonly tls?: boolean | undefined;
  readonly sasl?: SaslOptions | undefined;
  /** Retries of one call inside the Kafka client, with its own backoff from 100 ms up to 2 s. A command wants few. */
  readonly retries: number;
  readonly logger: LogLogger;
}

/** How to sign in to the brokers. */
export interface SaslOptions {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** The part of a logger that this package needs. */
export interface LogLogger {
  debug(fields: object, message: string): void;
}
