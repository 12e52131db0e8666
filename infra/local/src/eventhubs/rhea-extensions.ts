import rhea, { type Connection, type Container, type link, type Sender, type Session } from 'rhea';

/** What rhea keeps on its objects but leaves out of its type declarations. */
export type FlowState = Sender & {
  /** How many deliveries the receiver still takes. */
  readonly credit: number;
  /** How many were transferred or, by a drain, given up. */
  readonly delivery_count: number;
};

interface LinkInternals {
  readonly local: { readonly attach: { snd_settle_mode: number; rcv_settle_mode: number } };
}

interface SessionInternals {
  on_transfer(frame: { performative: { message_format?: number | undefined } }): void;
}

/** A container that lets anybody in: the emulator has no secrets. MSSBCBS is Microsoft's "a token follows by `$cbs`". */
export function openContainer(): Container {
  const container = rhea.create_container();
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  container.sasl_server_mechanisms.MSSBCBS = () => ({ outcome: true, start() {} });
  return container;
}

/** Bytes handed to the socket that it has not sent. */
export function unsentBytes(connection: Connection): number {
  return connection['socket'].writableLength;
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

/** To be called when a link opens: settles as the other side asked. rhea would leave every delivery to a receiver that never
 *  settles, and fill its buffer. */
export function followSettleModes(opened: link): void {
  const { attach } = (opened as unknown as LinkInternals).local;
  if (opened.snd_settle_mode != null) attach.snd_settle_mode = opened.snd_settle_mode;
  if (opened.rcv_settle_mode != null) attach.rcv_settle_mode = opened.rcv_settle_mode;
}
