// register.mjs - A section for each test of node:test: `bigfoot-run --spec SPEC -- node --import bigfoot-run/register --test`.
// A section is named as the test with its suites, `suite > test`. beforeEach and afterEach hooks of the file belong to it. The tests of one file
// run one after the other, as node:test runs them without `concurrency`: of one process, calls cannot be told apart.
import { afterEach, beforeEach } from 'node:test'
import { begin, check, end, isActive, skip } from './bigfoot-run.mjs'

if (isActive()) {
  const skipped = new WeakSet()
  beforeEach((t) => {
    const { skip } = t
    t.skip = (...why) => {
      skipped.add(t)
      return skip.apply(t, why)
    }
    begin(t.fullName ?? t.name)
  })
  afterEach((t) => check((skipped.has(t) ? skip : end)(t.fullName ?? t.name)))
}
