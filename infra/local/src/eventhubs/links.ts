import rhea, { type AmqpError, type Connection, type EventContext, type link, type Receiver, type Sender } from 'rhea';
import { parseAddress } from './address.ts';
import { amqpError } from './amqp-error.ts';
import type { Hub } from './hub.ts';
import { Ownership } from './ownership.ts';
import { publish } from './publisher.ts';
import { Reader } from './reader.ts';
import { answerManagement, answerPutToken, type NodeReply, type NodeRequest } from './requests.ts';
import { parseSelector } from './selector.ts';

const SELECTOR_FILTER = 'apache.org:selector-filter:string';
const OWNER_LEVEL = 'com.microsoft:epoch';

/** Attaches links to what their addresses name, or refuses them. rhea calls a link by our side of it: our `Sender` feeds a
 *  client's receiver, our `Receiver` takes from a client's sender. */
export class Links {
  readonly #hub: Hub;
  readonly #ownership = new Ownership<Sender>();
  readonly #readers = new Map<Sender, { reader: Reader; place: string }>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  attachSender(sender: Sender): void {
    const address = parseAddress(sender.source?.address);
    if (address?.node === 'cbs' || address?.node === 'management') accept(sender);
    else if (address?.node === 'consumer-group-partition') this.#attachReader(sender, address);
    else refuse(sender, notFound(sender.source?.address));
  }

  attachReceiver(receiver: Receiver): void {
    const address = parseAddress(receiver.target?.address);
    if (address?.node === 'cbs') answerWith(receiver, answerPutToken);
    else if (address?.node === 'management') answerWith(receiver, (request) => answerManagement(this.#hub, request));
    else if (address?.node === 'hub' || address?.node === 'partition') this.#attachPublisher(receiver, address);
    else refuse(receiver, notFound(receiver.target?.address));
  }

  /** There may be room to send again, on this link or on any of this connection. */
  wake(link: Sender): void {
    this.#readers.get(link)?.reader.wake();
  }

  wakeAll(connection: Connection): void {
    for (const [sender, { reader }] of this.#readers) if (sender.connection === connection) reader.wake();
  }

  drain(sender: Sender): void {
    const found = this.#readers.get(sender);
    if (found) found.reader.drain();
    else sender.set_drained(true);
  }

  /** Forgets the links that are gone. */
  detach(isGone: (link: Sender) => boolean): void {
    for (const [sender, { reader, place }] of this.#readers) {
      if (!isGone(sender)) continue;
      reader.close();
      this.#ownership.leave(place, sender);
      this.#readers.delete(sender);
    }
  }

  #attachPublisher(receiver: Receiver, at: { hub: string; partitionId?: string }): void {
    const partition = at.partitionId === undefined ? undefined : this.#hub.partition(at.partitionId);
    if (at.hub !== this.#hub.name || (at.partitionId !== undefined && !partition)) {
      refuse(receiver, notFound(receiver.target.address));
      return;
    }
    receiver.on('message', ({ message, delivery }: EventContext) => {
      if (delivery) publish(this.#hub, partition, encodedBytes(message), delivery);
    });
    accept(receiver);
  }

  #attachReader(sender: Sender, at: { hub: string; consumerGroup: string; partitionId: string }): void {
    const log = at.hub === this.#hub.name ? this.#hub.partition(at.partitionId) : undefined;
    if (!log) {
      refuse(sender, notFound(sender.source.address));
      return;
    }
    const selector: unknown = sender.source.filter?.[SELECTOR_FILTER]?.value;
    const start = parseSelector(selector === undefined ? undefined : String(selector));
    if (!start) {
      refuse(sender, amqpError('amqp:invalid-field', `not a position in a partition: ${selector}`));
      return;
    }
    const place = `${at.consumerGroup}/${at.partitionId}`;
    const entered = this.#ownership.enter(place, sender, ownerLevelOf(sender));
    if ('refusedBy' in entered) {
      refuse(sender, stolen(`the partition has an owner of level ${entered.refusedBy}`));
      return;
    }
    accept(sender);
    this.#readers.set(sender, { reader: new Reader(sender, log, log.resolve(start)), place });
    for (const former of entered.ousted) {
      former.close(stolen('an owner of the same or a higher level took the partition'));
      this.detach((link) => link === former);
    }
  }
}

/** The address comes back in the answer to the attach; without one it would be a refusal. */
function accept(opened: link): void {
  opened.set_source({ address: opened.source?.address, ...(opened.source?.filter && { filter: opened.source.filter }) });
  opened.set_target({ address: opened.target?.address });
}

function refuse(opened: link, error: AmqpError): void {
  opened.close(error);
}

function notFound(address: string | undefined): AmqpError {
  return amqpError('amqp:not-found', `there is no entity ${address}`);
}

function stolen(why: string): AmqpError {
  return amqpError('amqp:link:stolen', why);
}

function ownerLevelOf(sender: Sender): number | undefined {
  const level: unknown = sender.properties?.[OWNER_LEVEL];
  return level == null ? undefined : Number(level);
}

/** Answers each request on a link of the same session: on the one that the request's reply-to names by its target or its name,
 *  or, where the request has no reply-to, on the one that comes from the same node. */
function answerWith(receiver: Receiver, answer: (request: NodeRequest) => NodeReply): void {
  const { session, target } = receiver;
  receiver.on('message', ({ message, delivery }: EventContext) => {
    const request = rhea.message.decode(encodedBytes(message)) as NodeRequest;
    delivery?.accept();
    const replies =
      request.reply_to === undefined
        ? session.find_sender((sender: Sender) => sender.source?.address === target.address)
        : session.find_sender((sender: Sender) => [sender.target?.address, sender.name].includes(request.reply_to as string));
    replies?.send({ ...answer(request), ...(request.message_id !== undefined && { correlation_id: request.message_id }) });
  });
  accept(receiver);
}

/** `deliverEncodedMessages` makes every message a buffer. */
function encodedBytes(message: unknown): Buffer {
  return message as Buffer;
}
