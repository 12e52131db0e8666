#!/usr/bin/env node
import { rollcallLocal } from '../dist/mqtt/rollcall-local.js';

process.exitCode = await rollcallLocal(
  process.argv.slice(2),
  process.env,
  (text) => process.stdout.write(text),
  (text) => process.stderr.write(text),
);
