export type { AnswerFilter } from './answer-filter.ts'
export { type BridgedRequest, type BridgeOptions, bridgeRequest } from './bridge-request.ts'
