// mocha.mjs - A section for each test of mocha: `bigfoot-run --spec SPEC -- mocha --require bigfoot-run/mocha`, --parallel too.
// A section is named as mocha's fullTitle(), `suite test`. beforeEach hooks belong to it; afterEach hooks come after its end, as mocha has judged the
// test by then. Source: https://mochajs.org/#root-hook-plugins
import { begin, check, end, isActive, skip } from './bigfoot-run.mjs'

function judgedToo(test) {
  const { run } = test
  test.run = (done) =>
    run.call(test, (error) => {
      try {
        const answer = (test.isPending() ? skip : end)(test.fullTitle())
        if (!error) check(answer)
      } catch (wrong) {
        error ??= wrong
      }
      done(error)
    })
}

export const mochaHooks = isActive()
  ? {
      beforeEach() {
        begin(this.currentTest.fullTitle())
        judgedToo(this.currentTest)
      },
    }
  : {}
