import { type Bounds, type Place, PlaceInvalid, placeTime, rangesOf } from '@rollcall/log';
import { clientKey, compareText, topicNames } from '@rollcall/schema';
import { ClientSelection, type WhoseRecords } from './client-selection.ts';
import { foldLog, type ReplayControl, type ReplaySource, type Span } from './fold-log.ts';
import type { PastClient, PastClients } from './past-clients.ts';

/** A client as of a place in the log; undefined if nothing had been heard of it by then. Throws as `clientsBy`. */
export async function clientAt(
  source: ReplaySource,
  place: Place,
  whose: { readonly namespace: string; readonly client: string },
  control: ReplayControl = {},
): Promise<PastClient | undefined> {
  const [clients] = await clientsBy(source, place, whose, control);
  return clients?.view(clientKey(whose.namespace, whose.client));
}

/** A namespace's clients as of a place in the log, in the order of their names. Throws as `clientsBy`. */
export async function* clientsAt(
  source: ReplaySource,
  place: Place,
  namespace: string,
  control: ReplayControl = {},
): AsyncIterable<PastClient> {
  const partitions = await clientsBy(source, place, { namespace }, control);
  const found = partitions.flatMap((clients) => clients.keys().map((key) => ({ key, clients })));
  for (const { key, clients } of found.sort((a, b) => compareText(a.key, b.key))) {
    const view = clients.view(key);
    if (view !== undefined) yield view;
  }
}

/** What the log before the place comes to, partition by partition. Throws PlaceInvalid where the place says nothing of one, LogUnavailable. */
async function clientsBy(source: ReplaySource, place: Place, whose: WhoseRecords, control: ReplayControl): Promise<PastClients[]> {
  const selection = new ClientSelection(whose);
  const ranges = await rangesOf(source.offsets, topicNames(source.log.prefix).events, { to: place });
  const spans = [...selection.of(ranges)].map(([partition, range]): [number, Span] => [partition, spanBefore(place, partition, range)]);
  const clients = new Map<number, PastClients>();
  for await (const _ of foldLog(source, selection, new Map(spans), control, clients));
  return [...clients.values()];
}

/** Nothing is given: all of it comes before. The place may itself be before the log. */
function spanBefore(place: Place, partition: number, { start, end }: Bounds): Span {
  const all = { from: end, to: end, before: end, until: Number.POSITIVE_INFINITY };
  if ('time' in place) return end > start ? all : { ...all, until: placeTime(place.time) };
  const offset = place.offsets[partition];
  if (offset === undefined)
    throw new PlaceInvalid(`the place names no offset of partition ${partition}, where that is logged: name one, or a time`);
  return { ...all, before: BigInt(offset) };
}
