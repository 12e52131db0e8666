import type { Logger } from '@rollcall/service';
import { inMilliseconds, type ProjectionSettings } from '@rollcall/snapshots';

/** Says once where a projector is told to fold by other settings than the snapshots: those count until a rebuild. */
export class SettingsInUse {
  #isSaid = false;

  constructor(
    private readonly told: ProjectionSettings,
    private readonly logger: Logger,
  ) {}

  compare(used: ProjectionSettings): void {
    const told: Record<string, number> = inMilliseconds(this.told);
    const differing = Object.entries(inMilliseconds(used)).filter(([name, value]) => told[name] !== value);
    if (differing.length === 0 || this.#isSaid) return;
    this.#isSaid = true;
    const settings = Object.fromEntries(differing.map(([name, value]) => [name, { used: value, told: told[name] }]));
    this.logger.warn({ settings }, 'the snapshots are folded by other settings, and go on so: rollcall rebuild changes them');
  }
}
