# tests/e2e/browser.py - Headless Chromium with one page, driven over its pipe. Source: the Chrome DevTools Protocol
# (https://chromedevtools.github.io/devtools-protocol/); --remote-debugging-pipe: JSON texts that end in NUL, read from 3, written to 4.
import base64
import fcntl
import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any

KEYS = {"ArrowDown": 40, "ArrowUp": 38, "PageDown": 34, "PageUp": 33, "Home": 36, "End": 35, "Escape": 27, "Enter": 13, "Tab": 9}


def high_pipe() -> tuple[int, int]:
    """Neither end is 3 or 4, which the browser's shell sets. (dash knows numbers of one digit only, so it is bash.)"""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends)
    for end in ends:
        os.close(end)
    return high


class Browser:
    def __init__(self, profile: Path, env: dict[str, str], width: int = 1280, height: int = 800) -> None:
        to_read, to_write = high_pipe()
        from_read, from_write = high_pipe()
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--no-first-run",
                   f"--window-size={width},{height}", f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self.log = profile.with_suffix(".log")
        self.process = subprocess.Popen(["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "bash", *command], env=env, pass_fds=(to_read, from_write),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log.open("wb"))
        os.close(to_read)
        os.close(from_write)
        self.input, self.output, self.number, self.buffer = to_write, from_read, 0, b""
        self.said: list[dict] = []  # events: exceptions, requests
        self.session = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def _gone(self) -> str:
        return f"the browser is gone, status {self.process.wait(10)}: {self.log.read_text(errors='replace')[-2000:]}"

    def _message(self, until: float) -> dict:
        while b"\0" not in self.buffer:
            if not select.select([self.output], [], [], max(0, until - time.monotonic()))[0]:
                raise AssertionError("the browser does not answer")
            got = os.read(self.output, 1 << 16)
            assert got, self._gone()
            self.buffer += got
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def send(self, method: str, **params: Any) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": params, **({"sessionId": self.session} if self.session else {})}
        try:
            os.write(self.input, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise AssertionError(self._gone()) from None
        until = time.monotonic() + 120
        while True:
            answer = self._message(until)
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.said.append(answer)

    def open(self, page: Path) -> None:
        self.send("Page.navigate", url=page.resolve().as_uri())
        until = time.monotonic() + 120
        while self.run("document.readyState") != "complete":
            assert time.monotonic() < until, "the page does not load"
            time.sleep(0.05)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{script}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def key(self, key: str) -> None:
        code = KEYS.get(key, ord(key[0].upper()))
        text = {} if key in KEYS else {"text": key}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def click(self, selector: str) -> None:
        """As a person does: where the element is, not by its handler."""
        box = self.run(f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; }})()")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def colours(self, scheme: str) -> None:
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def exceptions(self) -> list[str]:
        return [str(event["params"]["exceptionDetails"]) for event in self.said if event.get("method") == "Runtime.exceptionThrown"]

    def requests(self) -> list[str]:
        return [event["params"]["request"]["url"] for event in self.said if event.get("method") == "Network.requestWillBeSent"]

    def close(self) -> None:
        os.close(self.input)  # the browser ends with its pipe
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.output)
