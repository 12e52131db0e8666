import rhea, { type AmqpError, type Connection, type EventContext, type link, type Receiver, type Sender } from 'rhea';
import { type AccessKey, checkToken } from './access.ts';
import { parseAddress } from './address.ts';
import { amqpError } from './amqp-error.ts';
import type { Hub } from './hub.ts';
import { Ownership } from './ownership.ts';
import { publish } from './publisher.ts';
import { Reader } from './reader.ts';
import { claimMissing, entityNotFound, hubDeleted, Refused } from './refusals.ts';
import { answerManagement, answerOrRefuse, answerPutToken, type NodeReply, type NodeRequest } from './requests.ts';
import { gavePassword } from './rhea-extensions.ts';
import { parseSelector } from './selector.ts';

const SELECTOR_FILTER = 'apache.org:selector-filter:string';
const OWNER_LEVEL = 'com.microsoft:epoch';

/** Attaches links to what their addresses name, or refuses them. rhea calls a link by our side of it: our `Sender` feeds a
 *  client's receiver, our `Receiver` takes from a client's sender. */
export class Links {
  #hub: Hub;
  readonly #key: AccessKey;
  /** Connections by which a good token has come. */
  readonly #admitted = new WeakSet<Connection>();
  readonly #ownership = new Ownership<Sender>();
  readonly #readers = new Map<Sender, { reader: Reader; place: string }>();
  readonly #publishers = new Set<Receiver>();

  constructor(hub: Hub, key: AccessKey) {
    this.#hub = hub;
    this.#key = key;
  }

  attachSender(sender: Sender): void {
    const path = String(sender.source?.address);
    const address = parseAddress(path);
    refusable(sender, () => {
      if (address?.node === 'cbs' || address?.node === 'management') return accept(sender);
      this.#checkAccess(sender, 'Listen', path);
      if (address?.node !== 'consumer-group-partition') throw entityNotFound(path);
      this.#attachReader(sender, path, address);
    });
  }

  attachReceiver(receiver: Receiver): void {
    const path = String(receiver.target?.address);
    const address = parseAddress(path);
    refusable(receiver, () => {
      if (address?.node === 'cbs') return answerWith(receiver, (request) => this.#answerPutToken(receiver, request));
      if (address?.node === 'management') return answerWith(receiver, (request) => this.#answerManagement(receiver, path, request));
      this.#checkAccess(receiver, 'Send', path);
      if (address?.node !== 'hub' && address?.node !== 'partition') throw entityNotFound(path);
      this.#attachPublisher(receiver, path, address);
    });
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

  /** Closes what reads or fills the event hub, and takes the other one in its place. */
  replaceHub(hub: Hub): void {
    const { condition, message } = hubDeleted(this.#hub.name);
    for (const link of [...this.#readers.keys(), ...this.#publishers]) link.close(amqpError(condition, message));
    this.detach(() => true);
    this.#hub = hub;
  }

  /** Forgets the links that are gone. */
  detach(isGone: (link: link) => boolean): void {
    for (const receiver of this.#publishers) if (isGone(receiver)) this.#publishers.delete(receiver);
    for (const [sender, { reader, place }] of this.#readers) {
      if (!isGone(sender)) continue;
      reader.close();
      this.#ownership.leave(place, sender);
      this.#readers.delete(sender);
    }
  }

  #answerPutToken({ connection }: link, request: NodeRequest): NodeReply {
    return answerPutToken(request, this.#key, () => this.#admitted.add(connection));
  }

  /** Each request brings a token. (The Java SDK sends none by `$cbs` before it opens this link.) */
  #answerManagement(receiver: Receiver, path: string, request: NodeRequest): NodeReply {
    const token: unknown = request.application_properties?.['security_token'];
    if (token == null) this.#checkAccess(receiver, 'Listen', path);
    else checkToken(String(token), this.#key, Date.now());
    return answerManagement(this.#hub, request);
  }

  /** Any key has every right, to everything. */
  #checkAccess({ connection }: link, claim: 'Listen' | 'Send', path: string): void {
    if (!this.#admitted.has(connection) && !gavePassword(connection)) throw claimMissing(claim, path);
  }

  #attachPublisher(receiver: Receiver, path: string, at: { hub: string; partitionId?: string }): void {
    this.#hub.check(path, at);
    const partition = at.partitionId === undefined ? undefined : this.#hub.partition(at.partitionId);
    const hub = this.#hub;
    receiver.on('message', ({ message, delivery }: EventContext) => {
      // What was on its way when the link was closed must not get into a deleted event hub, whose folder another one has now.
      if (delivery && this.#publishers.has(receiver)) publish(hub, partition, encodedBytes(message), delivery);
    });
    this.#publishers.add(receiver);
    accept(receiver);
  }

  #attachReader(sender: Sender, path: string, at: { hub: string; consumerGroup: string; partitionId: string }): void {
    this.#hub.check(path, at);
    const log = this.#hub.partition(at.partitionId);
    const selector: unknown = sender.source.filter?.[SELECTOR_FILTER]?.value;
    const start = parseSelector(selector === undefined ? undefined : String(selector));
    if (!start) {
      sender.close(amqpError('amqp:invalid-field', `not a position in a partition: ${selector}`));
      return;
    }
    const first = log.resolve(start);
    const place = `${at.consumerGroup.toLowerCase()}/${at.partitionId}`;
    const entered = this.#ownership.enter(place, sender, ownerLevelOf(sender));
    if ('refusedBy' in entered) {
      sender.close(stolen(`the partition has an owner of level ${entered.refusedBy}`));
      return;
    }
    accept(sender);
    this.#readers.set(sender, { reader: new Reader(sender, log, first), place });
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

function refusable(opened: link, attach: () => void): void {
  try {
    attach();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    opened.close(amqpError(error.condition, error.message));
  }
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
    const reply = answerOrRefuse(() => answer(request));
    replies?.send({ ...reply, ...(request.message_id !== undefined && { correlation_id: request.message_id }) });
  });
  accept(receiver);
}

/** `deliverEncodedMessages` makes every message a buffer. */
function encodedBytes(message: unknown): Buffer {
  return message as Buffer;
}
