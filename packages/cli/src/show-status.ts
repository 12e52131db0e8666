import type { PartitionStatus, Status } from '@rollcall/client';
import { type Paint, plain } from './paint.ts';
import { positionText } from './show-dead-letters.ts';
import { type Cell, table } from './table.ts';

/** How far each stage is, then each partition. */
export function showStatus(status: Status, paint: Paint = plain): string {
  const partitions = status.partitions.length === 0 ? [] : [showPartitions(status, paint)];
  return [showStages(status, paint), ...partitions].join('\n\n');
}

function showStages({ behind, partitions, lastEvent, deadLetters, generations }: Status, paint: Paint): string {
  const { arrival, projectors, redis } = behind;
  const restoring = partitions.filter(({ watermark }) => watermark === 'restoring').map(({ partition }) => partition);
  const other = generations?.other;
  const last = deadLetters?.last;
  return table(
    ['STAGE', 'BEHIND', ''],
    [
      [
        'Event Hubs → log',
        arrival === undefined ? '-' : `${(arrival / 1000).toFixed(1)} s`,
        lastEvent === undefined ? '' : `last event logged ${lastEvent}`,
      ],
      ['log → projectors', events(projectors), ''],
      [
        'projectors → Redis',
        events(redis),
        restoring.length === 0 ? '' : { text: `restoring partition ${restoring.join(', ')}`, meaning: 'doubtful' },
      ],
      [
        'generation',
        '',
        generations === undefined
          ? '-'
          : other === undefined
            ? `${generations.active}`
            : `${generations.active}, beside it ${other.number} (${other.status})`,
      ],
      [
        'dead letters',
        '',
        deadLetters === undefined
          ? '-'
          : last === undefined
            ? 'none'
            : `${deadLetters.count}, the last ${last.time} ${last.reason} ${positionText(last.position)}`,
      ],
    ],
    paint,
  );
}

function showPartitions({ partitions, generations }: Status, paint: Paint): string {
  const other = generations?.other === undefined ? [] : [`GENERATION ${generations.other.number}`];
  const rows = partitions.map((one): Cell[] => [
    String(one.partition),
    one.start === undefined ? '-' : `${one.start}-${one.end}`,
    one.lastEvent ?? '-',
    one.committed ?? '-',
    watermarkOf(one),
    ...(other.length === 0 ? [] : [one.otherWatermark ?? '-']),
  ]);
  return table(['PARTITION', 'LOG', 'LAST EVENT', 'PROJECTED', 'IN REDIS', ...other], rows, paint);
}

function watermarkOf({ watermark = '-' }: PartitionStatus): Cell {
  return watermark === 'restoring' ? { text: watermark, meaning: 'doubtful' } : watermark;
}

/** More than nothing need not be bad: it is on its way. */
function events(count: number | undefined): Cell {
  if (count === undefined) return '-';
  return { text: `${count} ${count === 1 ? 'event' : 'events'}`, meaning: count === 0 ? 'good' : 'doubtful' };
}
