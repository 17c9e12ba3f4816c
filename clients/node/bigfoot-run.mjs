// bigfoot-run.mjs - Tests and named mocks of a program that runs under bigfoot-run. Node 18 or newer, no dependency.
// Source: man bigfoot-spec, "Tests" and "Named mocks". Test runners: register.mjs (node:test), mocha.mjs.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** What a mock throws where its reply names an error; `name` is that type. JavaScript's own types are thrown as such. */
export class BigfootError extends Error {
  constructor(type, message) {
    super(message)
    this.name = type
  }
}

/** Whether this process runs under bigfoot-run. Where not, hooks do nothing. */
export const isActive = () => Boolean(process.env.BIGFOOT_CTL)

/** Sends one line, gives its answer. Each has a channel of its own: workers cannot mix answers up. */
export function ask(line) {
  if (!isActive()) throw new BigfootError('ControlError', 'not under bigfoot-run ($BIGFOOT_CTL is not set): bigfoot-run --spec SPEC -- COMMAND')
  const fd = openSync(process.env.BIGFOOT_CTL, 'r+')
  try {
    let rest = Buffer.from(line.replaceAll('\n', ' ') + '\n')
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest))
    const pieces = []
    const piece = Buffer.alloc(65536)
    for (;;) {
      const got = readSync(fd, piece)
      if (got === 0) throw new BigfootError('ControlError', 'bigfoot-run closed the channel without an answer')
      pieces.push(Buffer.from(piece.subarray(0, got)))
      if (piece[got - 1] === 10) return JSON.parse(Buffer.concat(pieces))
    }
  } finally {
    closeSync(fd)
  }
}

function told(line) {
  const answer = ask(line)
  if (answer.error) throw errorOf(answer.error)
  return answer
}

function errorOf({ type, message }) {
  const Kind = globalThis[type]
  return typeof Kind === 'function' && Kind.prototype instanceof Error ? new Kind(message) : new BigfootError(type, message)
}

/** From here on the calls of this process, and of those it starts, are this test's. */
export const begin = (name) => told(`begin ${name}`)
/** Ends a test, the innermost one without a name: { verdict: 'pass' | 'fail', report, violations, interactions }. */
export const end = (name = '') => told(`end ${name}`.trim())
/** As end(), but nothing of the test is missed; also for one that never began. */
export const skip = (name = '') => told(`skip ${name}`.trim())
/** The run's counts so far, and the tests that are open. */
export const status = () => told('status')
/** Adds an entry to the open test: 'http = "GET http://a/b", reply = { status = 204 }'. Gives its headline. */
export const expect = (toml) => told(`expect ${toml}`).added

/** Throws the report of a test that did not keep to the spec. */
export function check(answer) {
  if (answer.verdict !== 'pass') throw new SectionFailed(answer.report)
}

export class SectionFailed extends Error {
  constructor(report) {
    super('the test did not keep to the spec\n' + report)
    this.name = 'SectionFailed'
    this.stack = this.message // where it was thrown tells nothing
  }
}

/** Calls a mock: its value, or throws its error. */
export const call = (name, args = [], kwargs = {}) => callOr(name, undefined, args, kwargs)

function callOr(name, real, args, kwargs = {}) {
  if (real && !isActive()) return real(...args)
  const answer = told(JSON.stringify({ call: name, args, kwargs }))
  if (!answer.real) return answer.value
  if (!real) throw new BigfootError('ControlError', `the reply of ${name} is the real object's, but there is none: spy(name, object)`)
  return real(...args)
}

/** `mock('PaymentService').charge(42)` calls the named mock PaymentService.charge. */
export const mock = (name) => spy(name)

/** As mock(); `object` answers where the entry says pass_through, or where nothing supervises. */
export function spy(name, object) {
  const method = (key) => (...args) => callOr(`${name}.${key}`, object && ((...given) => object[key](...given)), args)
  return new Proxy({}, { get: (_, key) => (typeof key === 'symbol' || key === 'then' ? undefined : method(key)) })
}
