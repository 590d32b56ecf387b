// Decides the requests of a file with @cloud-copilot/iam-simulate; `large_suite.py` starts it.
//
//     node large_suite.mjs LIBRARY REQUESTS.json ROUNDS
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [, , library, file, rounds] = process.argv
const { runUnsafeSimulation } = await import(pathToFileURL(library))
const { policies, requests } = JSON.parse(readFileSync(file, 'utf8'))
const identityPolicies = policies.map(({ name, text }) => ({ name, policy: JSON.parse(text) }))
const simulations = requests.map(({ principal, action, resource, account, context }) => ({
  request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
  identityPolicies,
  serviceControlPolicies: [],
  resourceControlPolicies: []
}))

const seconds = []
let decisions = []
for (let round = 0; round < Number(rounds); round++) {
  const before = process.cpuUsage()
  decisions = simulations.map((simulation) => runUnsafeSimulation(simulation, {}))
  const { user, system } = process.cpuUsage(before)
  seconds.push((user + system) / 1e6)
}
console.log(JSON.stringify({ seconds, decisions }))
