import type { AgentStep } from '../agent-script.ts'
import { nextText } from '../text-only.ts'
import type { SeenRequest, Upstream } from '../upstream.ts'
import { type SeenCall, startDeepseek } from './start-deepseek.ts'

/**
 * DeepSeek's web as the model of an agent: it reads tools and results from its one prompt and works through `steps`. What
 * it was asked stands in `requests`, as with every simulated upstream; any token serves.
 */
export async function startDeepseekUpstream(steps: readonly AgentStep[]): Promise<Upstream> {
  const simulator = await startDeepseek({
    accounts: [{ token: 'sk-simulated-upstream-key' }],
    respond: (prompt) => ({ thinking: 'One step at a time.', text: nextText([prompt], steps) }),
  })
  return {
    url: simulator.url,
    port: Number(new URL(simulator.url).port),
    get requests() {
      return simulator.callsOf('/api/v0/chat/completion').map(toRequest)
    },
    answer: () => undefined,
    close: simulator.close,
  }
}

function toRequest(call: SeenCall): SeenRequest {
  return { ...call, headers: call.headers, json: call.body, closedAt: undefined }
}
