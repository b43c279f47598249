#!/usr/bin/env node
import { createRealWorld } from './cli/real-world.ts'
import { runCli } from './cli/run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), createRealWorld())
