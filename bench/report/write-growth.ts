import { medianOf, type Samples } from '../works/results.ts'
import { writeNumber, writeRatio, writeTable } from './format.ts'

/** Series of works that differ in their size alone. */
const SERIES: readonly {
  readonly title: string
  readonly unit: string
  readonly sizes: readonly { readonly size: string; readonly work: string }[]
}[] = [
  {
    title: 'Small JSON, by the number of clients',
    unit: 'requests/s',
    sizes: [
      { size: '1', work: 'small-1' },
      { size: '16', work: 'small-16' },
      { size: '64', work: 'small' },
      { size: '256', work: 'small-256' },
    ],
  },
  {
    title: 'SSE, by the events of an answer',
    unit: 'events/s',
    sizes: [
      { size: '50', work: 'sse-50' },
      { size: '500', work: 'sse' },
      { size: '5,000', work: 'sse-5000' },
    ],
  },
  {
    title: 'Tool bridge, by the size of a call (the pipe only passes it on)',
    unit: 'MB/s',
    sizes: [
      { size: '16 KiB', work: 'bridge-16k' },
      { size: '128 KiB', work: 'bridge-128k' },
      { size: '1 MiB', work: 'bridge-1024k' },
      { size: '2,000 KiB', work: 'bridge-2000k' },
    ],
  },
]

/** One table a series: rates and CPU, Portside's, the pipe's, and their ratio. */
export function writeGrowth(samples: Samples): string {
  return SERIES.map(({ title, unit, sizes }) => {
    const rows = sizes.map(({ size, work }) => {
      const read = (gateway: string, metric: string) => medianOf(samples, work, gateway, metric)
      const pair = (metric: string) => [read('portside', metric), read('pipe', metric)] as const
      const [rate, pipeRate] = pair('rate')
      const [cpu, pipeCpu] = pair('cpuPerMillion')
      return [
        size,
        writeNumber(rate),
        writeNumber(pipeRate),
        writeRatio((rate ?? Number.NaN) / (pipeRate ?? Number.NaN)),
        writeNumber(cpu),
        writeNumber(pipeCpu),
        writeRatio((cpu ?? Number.NaN) / (pipeCpu ?? Number.NaN)),
      ]
    })
    const head = ['', `Portside, ${unit}`, 'pipe', 'ratio', 'Portside, CPU s for 1 M', 'pipe', 'ratio']
    return `### ${title}\n\n${writeTable(head, rows)}`
  }).join('\n\n')
}
