"""tokictl probe on this machine: it looks, disturbs nobody, never hangs, and what it proposes the daemon accepts."""
from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import time
from typing import Any, Dict, Iterator, List

import pytest
from tokimori_sky.processes import SkyProcess

from programs import Gpsd, Tokimorid, free_port, program, run, slowness

SEVERITIES = {"note": 0, "warning": 1, "problem": 2}


def tokictl(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = ["env", *("%s=%s" % pair for pair in {"LC_ALL": "C", **environment}.items()), program("tokictl")]
    return run([*command, *arguments], 60)


def probe(*arguments: str) -> Dict[str, Any]:
    """The document, after what is always so of it."""
    called = tokictl("probe", "--json", *arguments)
    assert called.stderr == "" and called.stdout.count("\n") == 1
    document: Dict[str, Any] = json.loads(called.stdout)
    assert document["command"] == "probe" and document["version"] == 1
    assert document["exit_code"] == called.returncode
    gravest = max((SEVERITIES[finding["severity"]] for finding in document["findings"]), default=0)
    assert called.returncode == gravest
    return document


def ids(document: Dict[str, Any]) -> List[str]:
    return [finding["id"] for finding in document["findings"]]


def check(path: "os.PathLike[str]") -> None:
    checked = run([program("tokimorid"), "--check", "--config", str(path)])
    assert checked.returncode == 0, checked.stderr


@pytest.fixture(name="gpsd", scope="module")
def gpsd_with_a_receiver() -> Iterator[Gpsd]:
    with SkyProcess() as sky, Gpsd(sky.device, free_port()) as gpsd:
        deadline = time.monotonic() + 20 * slowness()
        while not any(device["active"] for device in probe("--gpsd-port", str(gpsd.port))["machine"]["gpsd"]["devices"]):
            assert time.monotonic() < deadline, gpsd.log()
        yield gpsd


def test_it_names_what_a_receiverless_machine_lacks() -> None:
    document = probe("--gpsd-port", str(free_port()))
    ports = document["machine"]["serial_ports"]
    assert all(os.path.exists(port["device"]) for port in ports)
    assert len(document["machine"]["gpio_chips"]) == len([name for name in os.listdir("/dev")
                                                          if re.fullmatch(r"gpiochip\d+", name)])
    if not document["proposal"]["sources"]:
        assert document["exit_code"] == 2 and document["proposal"]["toml"] == ""


def test_people_get_the_same_in_their_language() -> None:
    english, japanese = tokictl("probe"), tokictl("probe", LC_ALL="ja_JP.UTF-8")
    assert {english.returncode, japanese.returncode} <= {0, 1, 2}
    assert english.stdout.startswith("This machine (") and japanese.stdout.startswith("このマシン (")


def test_gpsd_and_its_receiver_are_found(gpsd: Gpsd) -> None:
    document = probe("--gpsd-port", str(gpsd.port))
    found = document["machine"]["gpsd"]
    assert found["state"] == "answers" and found["port"] == gpsd.port
    assert found["release"] and found["devices"][0]["driver"]
    first = document["proposal"]["sources"][0]
    assert first["driver"] == "gpsd" and first["heard"]
    assert "gpsd-receiver-silent" not in ids(document)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_proposed_passes_the_check_of_the_daemon(gpsd: Gpsd, tmp_path: Any, language: str) -> None:
    proposed = tokictl("probe", "--toml", "--lang", language, "--gpsd-port", str(gpsd.port))
    file = tmp_path / "tokimori.toml"
    file.write_text(proposed.stdout, encoding="utf-8")
    check(file)


def test_what_is_proposed_hears_the_receiver(gpsd: Gpsd) -> None:
    port = free_port()
    proposed = tokictl("probe", "--toml", "--gpsd-port", str(gpsd.port)).stdout
    text = re.sub(r"(?m)^listen = .*$", 'listen = ["127.0.0.1:%d"]' % port, proposed)
    text = re.sub(r"(?m)^system_clock = .*$", 'system_clock = "leave"', text)
    assert str(port) in text and text.count('"leave"') == 1
    quiet = '[control]\nsocket = ""\n[state]\ndir = ""\n'
    with Tokimorid(text + quiet, port) as daemon:
        daemon.wait_for(r"device.* name=gps working=true", 20)


def test_whoever_is_mute_in_gpsds_place_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        document = probe("--gpsd-port", str(mute.getsockname()[1]))
    assert document["machine"]["gpsd"]["state"] == "mute"
    assert "gpsd-mute" in ids(document)


def test_a_listener_that_floods_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        def flood() -> None:
            with server.accept()[0] as client:
                try:
                    while True:
                        client.sendall(b'{"class":"VERSION"' * 1000)
                except OSError:
                    pass

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        document = probe("--gpsd-port", str(server.getsockname()[1]))
        thread.join(10)
    assert document["machine"]["gpsd"]["state"] == "mute"


def test_every_proposal_for_machines_in_files_passes_the_check_of_the_daemon(tmp_path: Any) -> None:
    made = run(["env", "TOKIMORI_PROPOSALS=%s" % tmp_path, program("tokictl_tests"), "--gtest_filter=ProbeScenes.*"], 60)
    assert made.returncode == 0, made.stdout
    files = sorted(tmp_path.iterdir())
    assert len(files) > 20
    for file in files:
        check(file)


@pytest.mark.parametrize("arguments", [[], ["prob"], ["probe", "--gpsd-port", "0"], ["probe", "--user", "no-such-user"],
                                       ["probe", "--lang", "fr"]])
def test_wrong_arguments_are_told_apart_from_findings(arguments: List[str]) -> None:
    refused = tokictl(*arguments)
    assert refused.returncode == 3 and refused.stdout == "" and refused.stderr.startswith("tokictl: ")
