"""bigfoot_pytest.py - A section for each test of pytest: `bigfoot-run --spec SPEC -- pytest -p bigfoot_pytest`.

A test's section has its name with parameters, `test_x[a]` (`pytest --collect-only -q` shows it behind the last ::). Fixtures
belong to it, setup and teardown. A test that did not keep to the spec fails with the report as its text. Outside of bigfoot-run
the plugin does nothing. Source: https://docs.pytest.org/en/stable/reference/reference.html, pytest_runtest_protocol.
"""
import bigfoot_run
import pytest
from _pytest.runner import runtestprotocol


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    if not bigfoot_run.is_active():
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    bigfoot_run.begin(item.name)
    reports = []
    try:
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    finally:
        is_skipped = any(report.skipped for report in reports)
        answer = (bigfoot_run.skip if is_skipped else bigfoot_run.end)(item.name)
    if answer["verdict"] != "pass":
        fail(reports, answer["report"])
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def fail(reports, text):
    """The test's own failure stays what it is, and the report goes below it."""
    report = next((one for one in reports if one.failed), None)
    if report is None:
        report = next((one for one in reports if one.when == "call"), reports[0])
        report.outcome, report.longrepr = "failed", text
        vars(report).pop("wasxfail", None)
    else:
        report.sections.append(("bigfoot-run", text))
