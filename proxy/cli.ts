#!/usr/bin/env node
import { createRealWorld } from './cli/real-world.ts'
import { runCli } from './cli/run-cli.ts'

const code = await runCli(process.argv.slice(2), createRealWorld())
// What was printed goes out first; then nothing that still waits somewhere may hold the terminal.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
