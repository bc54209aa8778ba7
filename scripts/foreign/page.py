"""A report in headless Chromium: no console error, no exception, no request but for the file itself; all plots drawn; with and
without JavaScript. Keeps screenshots by day and by night, and a PDF. Usage: page.py CHROMIUM REPORT.html OUT"""

import asyncio
import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import websockets


class Page:
    """One tab, spoken to over the devtools protocol."""

    def __init__(self, socket) -> None:
        self.socket, self.number, self.events = socket, 0, []

    async def call(self, method: str, **params):
        self.number += 1
        await self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(await self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message.get("result", {})
            self.events.append(message)

    async def load(self, url: str) -> None:
        self.events.clear()
        await self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(await self.socket.recv()))
        # Plots are drawn in the frame after.
        await asyncio.sleep(0.7)
        await self.call("Runtime.evaluate", expression="0")

    async def value(self, expression: str):
        result = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    async def screenshot(self, path: pathlib.Path, whole: bool) -> None:
        shot = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self, url: str) -> list[str]:
        found = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append("exception: " + params["exceptionDetails"].get("text", "") + str(params["exceptionDetails"].get("exception", {}).get("description", "")))
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append("console: " + str(params["args"]))
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append("log: " + params["entry"]["text"])
            elif method == "Network.requestWillBeSent":
                asked = params["request"]["url"]
                if asked != url and not asked.startswith("data:"):
                    found.append("request: " + asked[:200])
        return found


async def look(port: int, target: str, report: pathlib.Path, out: pathlib.Path) -> None:
    url = report.resolve().as_uri()
    async with websockets.connect(f"ws://127.0.0.1:{port}{target}", max_size=None) as socket:
        page = Page(socket)
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.call(f"{domain}.enable")
        await page.call("Emulation.setDeviceMetricsOverride", width=1360, height=900, deviceScaleFactor=1, mobile=False)
        for theme in ("light", "dark"):
            await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
            await page.load(url)
            complaints = page.complaints(url)
            assert not complaints, f"{theme}: " + "; ".join(complaints)
            plots = await page.value("document.querySelectorAll('[data-plot]').length")
            canvases = await page.value("document.querySelectorAll('[data-plot] canvas').length")
            assert plots == canvases, f"{plots} plots, {canvases} drawn"
            assert await page.value("document.documentElement.scrollWidth <= innerWidth + 1"), "the page is wider than its window"
            await page.screenshot(out / f"report-{theme}.png", whole=True)
        # The second can be chosen with the keyboard alone.
        if await page.value("!!document.getElementById('st-second')"):
            await page.call("Runtime.evaluate", expression="document.getElementById('st-second').focus()")
            before = await page.value("document.getElementById('st-at').textContent")
            key = {"key": "Home", "code": "Home", "windowsVirtualKeyCode": 36}
            await page.call("Input.dispatchKeyEvent", type="keyDown", **key)
            await page.call("Input.dispatchKeyEvent", type="keyUp", **key)
            after = await page.value("document.getElementById('st-second').value")
            assert after == "0", f"Home leaves the slider at {after} (was {before})"
        await page.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "light"}])
        pdf = await page.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        (out / "report.pdf").write_bytes(base64.b64decode(pdf["data"]))
        await page.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "light"}])
        sections = await page.value("document.querySelectorAll('section').length")
        await page.call("Emulation.setScriptExecutionDisabled", value=True)
        await page.load(url)
        await page.screenshot(out / "report-without-js.png", whole=True)
        complaints = [text for text in page.complaints(url) if "script" not in text.lower()]
        assert not complaints, "without JavaScript: " + "; ".join(complaints)
    print(f"report: {sections} sections, {plots} plots, {report.stat().st_size // 1000} kB; no error, no request; seen in {out}")


def main() -> None:
    chromium, report, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tickshot-chromium-") as profile:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
                 "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        browser = subprocess.Popen([chromium, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            asyncio.run(drive(pathlib.Path(profile), browser, report, out))
        finally:
            browser.terminate()
            try:
                browser.wait(timeout=20)
            except subprocess.TimeoutExpired:
                browser.kill()
                browser.wait()


async def drive(profile: pathlib.Path, browser: subprocess.Popen, report: pathlib.Path, out: pathlib.Path) -> None:
    active = profile / "DevToolsActivePort"
    for _ in range(300):
        if active.exists() and active.read_text().count("\n") >= 1:
            break
        assert browser.poll() is None, "chromium ended at once"
        await asyncio.sleep(0.1)
    port = int(active.read_text().splitlines()[0])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=20) as answer:
        tabs = json.load(answer)
    tab = next(tab for tab in tabs if tab["type"] == "page")
    target = tab["webSocketDebuggerUrl"].split(str(port), 1)[1]
    await asyncio.wait_for(look(port, target, report, out), timeout=180)


if __name__ == "__main__":
    main()
