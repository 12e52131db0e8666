import type { Duplex } from 'node:stream';
import rhea, { type Connection, type ConnectionOptions, type Container, type Sender, type Session } from 'rhea';

/** What rhea keeps on its objects but leaves out of its type declarations. */
export type FlowState = Sender & {
  /** How many deliveries the receiver still takes. */
  readonly credit: number;
  /** How many were transferred or, by a drain, given up. */
  readonly delivery_count: number;
};

/** The last field of each performative has one of these names, and none has two of them. */
const LAST_FIELDS = ['properties', 'batchable', 'error'] as const;

interface ConnectionInternals {
  _write_frame(channel?: number, performative?: Partial<Record<(typeof LAST_FIELDS)[number], unknown>>, payload?: Buffer): void;
}

interface SessionInternals {
  readonly local: { readonly begin: { handle_max: number } };
  on_transfer(frame: { performative: { message_format?: number | undefined } }): void;
  on_flow(frame: unknown): void;
}

/** A container that asks for a name and a password, or for nothing yet: a token follows by `$cbs`. MSSBCBS is Microsoft's name for
 *  that. */
export function openContainer(isGood: (name: string, password: string) => boolean): Container {
  const container = rhea.create_container();
  const namelessly = () => ({ outcome: true, start() {} });
  container.sasl_server_mechanisms.enable_plain(isGood);
  container.sasl_server_mechanisms['ANONYMOUS'] = namelessly;
  container.sasl_server_mechanisms['MSSBCBS'] = namelessly;
  return container;
}

/** Takes a client that comes over something else than TCP. rhea's own wrapper of a WebSocket does not say how much it has not sent
 *  yet, nor when it has. */
export function acceptStream(container: Container, stream: Duplex, options: Partial<ConnectionOptions>): void {
  const connection = container.create_connection(options as ConnectionOptions) as unknown as { accept(stream: Duplex): void };
  connection.accept(stream);
}

/** Whether the client has given a name and a password that are good. */
export function gavePassword(connection: Connection): boolean {
  return connection['sasl_transport']?.selected?.username !== undefined;
}

/** Bytes handed to the socket that it has not sent. */
export function unsentBytes(connection: Connection): number {
  return connection['socket'].writableLength;
}

/** To be called when a connection opens.
 *  A performative may leave out the null fields at its end, as rhea does, but Microsoft's Python SDK reads fields by position and
 *  fails without them. Once the last field is a null, rhea writes all. */
export function writeTrailingNulls(connection: Connection): void {
  const internals = connection as unknown as ConnectionInternals;
  const writeFrame = internals._write_frame;
  internals._write_frame = (channel, performative, payload) => {
    for (const field of LAST_FIELDS) {
      if (performative && field in performative && performative[field] === undefined) performative[field] = null;
    }
    writeFrame.call(connection, channel, performative, payload);
  };
}

/** To be called when a session opens.
 *  rhea decodes each message of format 0 and drops its bytes, and with them the AMQP types of its values; a message without a
 *  format reaches the `message` event as it came. */
export function deliverEncodedMessages(session: Session): void {
  const internals = session as unknown as SessionInternals;
  const onTransfer = internals.on_transfer;
  internals.on_transfer = (frame) => {
    if (frame.performative.message_format === 0) frame.performative.message_format = undefined;
    onTransfer.call(session, frame);
  };
}

/** To be called when a session opens: calls `listener` whenever there may be more room in it. rhea tells of the room of links only. */
export function onSessionFlow(session: Session, listener: () => void): void {
  const internals = session as unknown as SessionInternals;
  const onFlow = internals.on_flow;
  internals.on_flow = (frame) => {
    onFlow.call(session, frame);
    listener();
  };
}

/** To be called when a session opens: says how many links it may have, for the Python SDK does not know the default. */
export function writeHandleMax(session: Session): void {
  (session as unknown as SessionInternals).local.begin.handle_max = 0xff_ff_ff_ff;
}
