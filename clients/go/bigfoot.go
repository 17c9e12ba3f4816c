// Package bigfoot tells bigfoot-run which test is running, and calls its named mocks. Standard library only.
// Source: man bigfoot-spec, "Tests" and "Named mocks".
//
//	func TestCharge(t *testing.T) {
//		bigfoot.Section(t) // after t.Parallel(), where there is one
//		...
//	}
package bigfoot

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// TB is the part of testing.TB that Section needs.
type TB interface {
	Name() string
	Cleanup(func())
	Helper()
	Skipped() bool
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Verdict is the answer to End and Skip.
type Verdict struct {
	Test, State, Verdict, Report string
	Interactions                 int
}

// Error is what a mock gives as its error, or what bigfoot-run did not understand (Type "ControlError").
type Error struct{ Type, Message string }

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// ErrReal says that the caller's own object is to answer: the entry has pass_through.
var ErrReal = errors.New("bigfoot: the real object answers")

// Active tells whether this process runs under bigfoot-run. Where not, Section does nothing.
func Active() bool { return os.Getenv("BIGFOOT_CTL") != "" }

// Ask sends one line and decodes its answer. Each has a channel of its own, so goroutines cannot mix answers up.
func Ask(line string, answer any) error {
	if !Active() {
		return &Error{"ControlError", "not under bigfoot-run ($BIGFOOT_CTL is not set): bigfoot-run --spec SPEC -- COMMAND"}
	}
	channel, err := os.OpenFile(os.Getenv("BIGFOOT_CTL"), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer channel.Close()
	if _, err = fmt.Fprintln(channel, strings.ReplaceAll(line, "\n", " ")); err != nil {
		return err
	}
	text, err := bufio.NewReader(channel).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("bigfoot-run closed the channel without an answer: %w", err)
	}
	var wrong struct{ Error *Error }
	if err = json.Unmarshal(text, &wrong); err == nil && wrong.Error != nil {
		return wrong.Error
	}
	return json.Unmarshal(text, answer)
}

// Begin: from here on the calls of this process, and of those it starts, are this test's.
func Begin(name string) error { return Ask("begin "+name, &Verdict{}) }

// End gives the test's verdict and report.
func End(name string) (v Verdict, err error) { err = Ask("end "+name, &v); return }

// Skip is as End, but nothing of the test is missed.
func Skip(name string) (v Verdict, err error) { err = Ask("skip "+name, &v); return }

// Expect adds an entry to the open test: `http = "GET http://a/b", reply = { status = 204 }`.
func Expect(toml string) error { return Ask("expect "+toml, &struct{}{}) }

// Call calls a mock and decodes its value, if `value` is not nil. The error is an *Error, or ErrReal.
func Call(name string, value any, kwargs map[string]any, args ...any) error {
	if args == nil {
		args = []any{}
	}
	if kwargs == nil {
		kwargs = map[string]any{}
	}
	line, err := json.Marshal(map[string]any{"call": name, "args": args, "kwargs": kwargs})
	if err != nil {
		return err
	}
	var answer struct {
		Value json.RawMessage
		Real  bool
	}
	if err = Ask(string(line), &answer); err == nil && answer.Real {
		err = ErrReal
	} else if err == nil && value != nil {
		err = json.Unmarshal(answer.Value, value)
	}
	return err
}

var (
	change = sync.NewCond(&sync.Mutex{})
	open   []string // the innermost last
)

// Section makes the rest of this test, cleanups included, a section called t.Name(). The goroutines of one process cannot be
// told apart: sections of parallel tests wait for each other, those of a test's own subtests nest.
func Section(t TB) {
	t.Helper()
	if !Active() {
		return
	}
	name := t.Name()
	change.L.Lock()
	for len(open) > 0 && !strings.HasPrefix(name, open[len(open)-1]+"/") {
		change.Wait()
	}
	open = append(open, name)
	change.L.Unlock()
	leave := func() {
		change.L.Lock()
		open = open[:len(open)-1]
		change.L.Unlock()
		change.Broadcast()
	}
	if err := Begin(name); err != nil {
		leave()
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		defer leave()
		end := End
		if t.Skipped() {
			end = Skip
		}
		if v, err := end(name); err != nil {
			t.Errorf("%v", err)
		} else if v.Verdict != "pass" {
			t.Errorf("%s", v.Report)
		}
	})
}
