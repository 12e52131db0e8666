import { FOLD_VERSION, TICKS_PER_MILLISECOND } from '@rollcall/schema';
import type { Generation, GenerationStatus } from './generations.ts';
import type { ProjectionSettings } from './projection.ts';

/** `STATUS FOLD_VERSION {"clockSkew":30000,…}`: times in milliseconds. Version 1 wrote no settings. */
export function encodeGeneration({ status, foldVersion, settings }: Omit<Generation, 'number'>): string {
  return [status, foldVersion, ...(settings === undefined ? [] : [JSON.stringify(inMilliseconds(settings))])].join(' ');
}

export function decodeGeneration(number: number, text: string): Generation {
  const [status, foldVersion, settings] = text.split(' ');
  return {
    number,
    status: status as GenerationStatus,
    foldVersion: Number(foldVersion),
    settings: settings === undefined ? undefined : ofMilliseconds(JSON.parse(settings)),
  };
}

/** What a generation of this version begins as. */
export function newGeneration(status: GenerationStatus, settings: ProjectionSettings): Omit<Generation, 'number'> {
  return { status, foldVersion: FOLD_VERSION, settings };
}

/** The settings as people give them: a number of sessions, else milliseconds. */
export type SettingsInMilliseconds = { readonly [K in keyof ProjectionSettings]: number };

export function inMilliseconds({ clockSkew, lateDisconnect, sessionsKept, sessionRetention, offlineGrace }: ProjectionSettings) {
  return {
    clockSkew: Number(clockSkew / TICKS_PER_MILLISECOND),
    lateDisconnect: Number(lateDisconnect / TICKS_PER_MILLISECOND),
    sessionsKept,
    sessionRetention: Number(sessionRetention / TICKS_PER_MILLISECOND),
    offlineGrace,
  } satisfies SettingsInMilliseconds;
}

export function ofMilliseconds(given: SettingsInMilliseconds): ProjectionSettings {
  const { sessionsKept, offlineGrace } = given;
  return {
    clockSkew: ticks(given.clockSkew),
    lateDisconnect: ticks(given.lateDisconnect),
    sessionsKept,
    sessionRetention: ticks(given.sessionRetention),
    offlineGrace,
  };
}

function ticks(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * TICKS_PER_MILLISECOND;
}
