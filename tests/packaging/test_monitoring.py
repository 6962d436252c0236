"""The dashboard and the alert rules: every metric they name is one that /metrics has, with the labels it has."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set

import pytest

from control import AskedDaemon
from programs import ROOT, wait_until
from web import Browser, Web

MONITORING = Path(ROOT) / "packaging" / "monitoring"
NAME = re.compile(r"\b((?:ntp|tokimori)_\w+)(?:\{([^}]*)\})?")
OF_THE_SCRAPE = {"instance", "job"}


@pytest.fixture(name="metrics", scope="module")
def fixture_metrics() -> Iterator[str]:
    with AskedDaemon() as daemon:
        daemon.wait_synchronised()
        with Web(daemon, metrics="anybody") as web:
            web.wait_started()
            browser = Browser(web.port)
            wait_until(lambda: "ntp_source_reach{" in browser.get("/metrics").text, 20, "the daemon's figures")
            yield browser.get("/metrics").text


def types_of(metrics: str) -> Dict[str, str]:
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", metrics, re.MULTILINE))


def labels_of(metrics: str, name: str) -> Set[str]:
    return set(re.findall(r'(\w+)="', " ".join(re.findall(r"^%s\{(.*)\}" % name, metrics, re.MULTILINE))))


def rules() -> List[str]:
    return re.findall(r"^ +expr: (.*)$", (MONITORING / "alerts.yml").read_text(encoding="utf-8"), re.MULTILINE)


def dashboard() -> Dict[str, Any]:
    return json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))


def queries() -> List[str]:
    return [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]


def named(expressions: List[str]) -> Set[str]:
    return {match[1] for text in expressions for match in NAME.finditer(text)}


def test_every_metric_that_is_named_is_there_with_its_labels(metrics: str) -> None:
    types = types_of(metrics)
    assert len(types) > 20
    for text in rules() + queries():
        for match in NAME.finditer(text):
            name, labels = match[1], set(re.findall(r'(\w+)(?:=~|!=|=)"', match[2] or ""))
            assert name in types, text
            assert labels - OF_THE_SCRAPE <= labels_of(metrics, name), text
            assert (types[name] == "counter") == ("rate(" + name in text), "a counter is told by its rate: " + text


def test_the_dashboard_shows_all_that_there_is(metrics: str) -> None:
    assert set(types_of(metrics)) <= named(queries()), set(types_of(metrics)) - named(queries())


def test_states_that_rules_ask_for_are_states_of_the_clock(metrics: str) -> None:
    states = set(re.findall(r'^ntp_system_state\{state="(\w+)"\}', metrics, re.MULTILINE))
    asked = set(re.findall(r'state="(\w+)"', " ".join(rules())))
    assert asked and asked <= states


def test_what_legends_fill_in_is_a_label(metrics: str) -> None:
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            name = NAME.search(target["expr"])
            assert name is not None, target
            filled = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert filled - OF_THE_SCRAPE <= labels_of(metrics, name[1]), target


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: Set[tuple] = set()
    for panel in panels:
        place = panel["gridPos"]
        covered = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24 and not cells & covered, panel["title"]
        cells |= covered


def test_every_alert_has_a_name_of_its_own_a_weight_and_both_languages() -> None:
    text = (MONITORING / "alerts.yml").read_text(encoding="utf-8")
    alerts = re.split(r"^ +- alert: ", text, flags=re.MULTILINE)[1:]
    names = [one.split("\n")[0] for one in alerts]
    assert len(names) == len(set(names)) == len(rules()) >= 10
    for one in alerts:
        assert re.search(r"labels: \{severity: (critical|warning|info)\}", one), one
        assert re.search("description: \".* / .*[\u3040-\u30ff]", one), one
