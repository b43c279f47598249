import { expect, test } from 'vitest'
import { formatRoute, parseRoute } from './route.ts'

test('a request has an address of its own', () => {
  const route = { page: 'requests', selected: 'req/1 ü' } as const
  expect(formatRoute(route)).toBe('#/requests/req%2F1%20%C3%BC')
  expect(parseRoute(formatRoute(route))).toEqual(route)
})

test('what is not known is Home, and a mangled request is the list', () => {
  expect([
    parseRoute(''),
    parseRoute('#/nowhere'),
    parseRoute('#/requests'),
    parseRoute('#/requests/%E0%A4%A'),
  ]).toEqual([
    { page: 'home' },
    { page: 'home' },
    { page: 'requests', selected: null },
    { page: 'requests', selected: null },
  ])
})
