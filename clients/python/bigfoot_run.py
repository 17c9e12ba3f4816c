"""bigfoot_run.py - Tests and named mocks of a program that runs under bigfoot-run: `bigfoot-run --spec SPEC -- python3 ...`.

One file, Python 3.8 or newer, nothing but the standard library: copy it, or put its folder on PYTHONPATH. The pytest plugin is
bigfoot_pytest.py beside it. Source: man bigfoot-spec, "Tests" and "Named mocks".
"""
import builtins
import contextlib
import json
import os
from typing import Any, Iterator, Optional


class BigfootError(Exception):
    """What a mock raises where its reply names a type that Python does not have; `type` is that name."""

    type = "BigfootError"


class ControlError(BigfootError):
    """bigfoot-run does not know what it was asked; the text says what is wrong, and the cure."""


class UnmockedInteractionError(BigfootError):
    """No entry of the spec fits this call of a mock. The run fails as well."""


class SectionFailed(AssertionError):
    """A test did not keep to the spec; the text is the report."""


def is_active() -> bool:
    """Whether this process runs under bigfoot-run."""
    return "BIGFOOT_CTL" in os.environ


def ask(line: str) -> dict:
    """Sends one line, gives its answer. Each has a channel of its own, so threads and forks cannot mix answers up."""
    if not is_active():
        raise ControlError("not under bigfoot-run ($BIGFOOT_CTL is not set): bigfoot-run --spec SPEC -- COMMAND")
    fd = os.open(os.environ["BIGFOOT_CTL"], os.O_RDWR | os.O_CLOEXEC)
    try:
        rest = " ".join(line.splitlines()).encode() + b"\n"
        while rest:
            rest = rest[os.write(fd, rest):]
        answer = b""
        while not answer.endswith(b"\n"):
            piece = os.read(fd, 65536)
            if not piece:
                raise ControlError("bigfoot-run closed the channel without an answer")
            answer += piece
    finally:
        os.close(fd)
    return json.loads(answer)


def _told(line: str) -> dict:
    answer = ask(line)
    if "error" in answer:
        raise _error(**answer["error"])
    return answer


def begin(name: str) -> None:
    """From here on the calls of this process, and of those it starts, are this test's."""
    _told(f"begin {name}")


def end(name: str = "") -> dict:
    """Ends a test, the innermost one without a name. Gives `verdict` ("pass", "fail"), `report`, `violations`, `interactions`."""
    return _told(f"end {name}".strip())


def skip(name: str = "") -> dict:
    """As end(), but nothing of the test is missed; also for one that never began."""
    return _told(f"skip {name}".strip())


def status() -> dict:
    """The run's counts so far, and the tests that are open."""
    return _told("status")


def expect(toml: str) -> str:
    """Adds an entry to the open test: 'http = "GET http://a/b", reply = { status = 204 }'. Gives its headline."""
    return _told(f"expect {toml}")["added"]


@contextlib.contextmanager
def section(name: str) -> Iterator[None]:
    """`with section("test_login"):` is one test; SectionFailed where it did not keep to the spec."""
    begin(name)
    try:
        yield
    except BaseException:
        end(name)
        raise
    answer = end(name)
    if answer["verdict"] != "pass":
        raise SectionFailed(answer["report"])


def _error(type: str, message: str) -> BaseException:
    own = {one.__name__: one for one in (ControlError, UnmockedInteractionError)}
    kind = own.get(type) or getattr(builtins, type, None)
    if isinstance(kind, builtins.type) and issubclass(kind, BaseException):
        try:
            return kind(message)
        except TypeError:  # UnicodeDecodeError and its like want more than a text
            pass
    error = BigfootError(message)
    error.type = type
    return error


def call(name: str, *args: Any, **kwargs: Any) -> Any:
    """Calls a mock: its value, or raises its error. What JSON has no form for is sent as str() gives it."""
    return _call(name, None, args, kwargs)


def _call(name: str, real: Any, args: tuple, kwargs: dict) -> Any:
    if real is not None and not is_active():
        return real(*args, **kwargs)
    answer = _told(json.dumps({"call": name, "args": args, "kwargs": kwargs}, default=str))
    if not answer.get("real"):
        return answer["value"]
    if real is None:
        raise ControlError(f"the reply of {name} is the real object's, but there is none: bigfoot_run.spy(name, real)")
    return real(*args, **kwargs)


class mock:
    """`mock("PaymentService").charge(42, order_id=42)` calls the named mock PaymentService.charge."""

    def __init__(self, name: str, real: Optional[Any] = None) -> None:
        self._name, self._real = name, real

    def __getattr__(self, name: str) -> "mock":
        if name.startswith("__"):
            raise AttributeError(name)
        return mock(f"{self._name}.{name}", None if self._real is None else getattr(self._real, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _call(self._name, self._real, args, kwargs)


def spy(name: str, real: Any) -> mock:
    """As mock(); `real` answers where the entry says pass_through, or where nothing supervises."""
    return mock(name, real)
