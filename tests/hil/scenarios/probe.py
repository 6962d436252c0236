"""tokictl probe finds what the board has, says what is in the way, and proposes lines that the daemon accepts"""
import json
from typing import Any, Dict, List

from tokimori_hil.scene import GPS, PPS0, Scene

TOKICTL = "/opt/tokimori/tokictl"
AS_TOKIMORI = "setpriv --reuid=tokimori --regid=tokimori --groups=dialout,pps "


def probe(scene: Scene, prefix: str = "", options: str = "") -> Dict[str, Any]:
    return json.loads(scene.guest.run("%s%s probe --json %s || true" % (prefix, TOKICTL, options)))


def ids(document: Dict[str, Any]) -> List[str]:
    return [finding["id"] for finding in document["findings"]]


def sources(document: Dict[str, Any]) -> List[str]:
    return ["%(driver)s %(device)s" % source for source in document["proposal"]["sources"]]


def accepted(scene: Scene, document: Dict[str, Any]) -> str:
    scene.guest.write("/tmp/proposed.toml", document["proposal"]["toml"])
    return scene.guest.run("/opt/tokimori/tokimorid --check --config /tmp/proposed.toml")


def play(scene: Scene) -> None:
    before = probe(scene, AS_TOKIMORI)
    scene.check("the UART is proposed where there is no gpsd",
                sources(before) == ["nmea /dev/ttyS0", "pps-kernel /dev/pps0"], str(sources(before)))
    scene.check("that no pulse comes is said", "no-pulses" in ids(before), str(ids(before)))
    scene.check("tokimorid accepts the proposal", "good" in accepted(scene, before))
    listened = probe(scene, AS_TOKIMORI, "--listen")
    speeds = {port["device"]: port["baud"] for port in listened["machine"]["serial_ports"]}
    scene.check("the receiver is heard where it is listened for", speeds["/dev/ttyS0"] is not None, str(speeds))
    scene.check("and is doubted no more", not {"receiver-not-tried", "receiver-silent"} & set(ids(listened)),
                str(ids(listened)))

    scene.attach_pps1()
    scene.pps_pulses()
    scene.dcd_pulses()
    scene.gpsd()
    daemon = scene.daemon(GPS + PPS0)
    with scene.expect("gpsd hears the receiver"):
        daemon.wait_for(r"device.* name=gps working=true", 30)

    touched = "gpioinfo; cut -c 1-21 /proc/sysvipc/shm"
    untouched = scene.guest.run(touched)
    found = probe(scene, AS_TOKIMORI)
    scene.check("no line was taken and no shared memory made by looking", scene.guest.run(touched) == untouched)
    machine = found["machine"]
    [chip] = machine["gpio_chips"]
    scene.check("the chip is found with its label", (chip["device"], chip["label"], chip["line_count"])
                == ("/dev/gpiochip0", "9030000.pl061", 8), str(chip))
    lines = {line["name"]: line for line in chip["lines"]}
    scene.check("its lines are found by name", set(lines) >= {"L0", "PPS", "JJY", "DCD"}, str(lines))
    scene.check("who holds a line is said", lines["PPS"]["consumer"] == "pps" and not lines["JJY"]["used"], str(lines))
    pulses = {device["device"]: device["pulses"] for device in machine["pps"]}
    scene.check("both PPS devices are found, with pulses", pulses == {"/dev/pps0": "active", "/dev/pps1": "active"},
                str(pulses))
    ports = {port["device"]: port for port in machine["serial_ports"]}
    scene.check("serial ports are found, and the console among them",
                {"/dev/ttyS0", "/dev/ttyS1", "/dev/ttyAMA0"} <= set(ports) and ports["/dev/ttyAMA0"]["console"]
                and not ports["/dev/ttyS0"]["console"], str(ports))
    scene.check("gpsd answers with its receiver", machine["gpsd"]["state"] == "answers"
                and machine["gpsd"]["devices"][0]["path"] == "/dev/ttyS0", str(machine["gpsd"]))
    scene.check("gpsd and both PPS devices are proposed",
                sources(found) == ["gpsd /dev/ttyS0", "pps-kernel /dev/pps0", "pps-kernel /dev/pps1"], str(sources(found)))
    scene.check("nothing is in the way", found["exit_code"] == 0, str(ids(found)))
    scene.check("a running tokimorid is known", "already-running" in ids(found), str(ids(found)))
    scene.check("tokimorid accepts the proposal", "good" in accepted(scene, found))

    forbidden = probe(scene, options="--user nobody")
    remedies = [finding["remedy"] for finding in forbidden["findings"] if finding["id"] == "forbidden-to-group"]
    scene.check("a user outside the group is told which one",
                any("usermod -aG pps nobody" in remedy for remedy in remedies), str(ids(forbidden)))
    scene.check("the daemon lives", not daemon.ended)
