"""The serial port and the program as a whole, without gpsd."""
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import time

import pytest

from tokimori_sky.processes import SKY, SkyProcess
from tokimori_sky.pty_port import PacedLine, PtyPort

SECOND = 1_000_000_000


@pytest.fixture
def port():
    opened = PtyPort()
    yield opened
    opened.close()


def read_all(fd):
    data = b""
    while select.select([fd], [], [], 0)[0]:
        data += os.read(fd, 4096)
    return data


def test_the_port_is_raw_and_open_to_everybody(port):
    assert os.stat(port.path).st_mode & 0o777 == 0o666
    with open(port.path, "r+b", buffering=0) as host:
        port.write(b"\x00\x03\x0d\x0a\x11\x13\xb5")
        assert read_all(host.fileno()) == b"\x00\x03\x0d\x0a\x11\x13\xb5"
        host.write(b"\x0d\x03")
        assert port.read() == b"\x0d\x03"


def test_nobody_reading_blocks_nothing_and_the_past_is_forgotten(port):
    for _ in range(100):
        port.write(b"x" * 1000)
    for _ in range(50):  # as the player does: the kernel hands over in its own time
        port.forget_unread()
        time.sleep(0.01)
    host = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
    port.write(b"now")
    assert read_all(host) == b"now"
    os.close(host)


def test_hosts_may_come_and_go_and_leave_the_port_raw(port):
    for text in (b"first", b"second"):
        host = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
        port.write(text)
        assert read_all(host) == text
        os.close(host)
    assert port.read() == b""


def test_a_link_is_made_and_removed_but_a_file_is_left_alone(tmp_path):
    link = tmp_path / "gps0"
    link.symlink_to("/nowhere")
    port = PtyPort(str(link))
    assert os.readlink(link) == port.path
    port.close()
    assert not link.is_symlink()
    link.write_text("mine")
    with pytest.raises(OSError):
        PtyPort(str(link))
    assert link.read_text() == "mine"


def test_bytes_arrive_at_the_pace_of_the_line():
    line = PacedLine(9600)
    line.send([b"a" * 100, b"b" * 92], 5 * SECOND)
    assert len(line.arrived(5 * SECOND)) == 1
    assert len(line.arrived(5 * SECOND + SECOND // 10)) == 96
    assert line.busy
    assert line.arrived(6 * SECOND) == b"a" * 3 + b"b" * 92
    assert not line.busy


def test_replies_wait_for_the_message_under_way_only():
    line = PacedLine(9600)
    line.send([b"aaaa", b"bbbb"], 0)
    line.arrived(0)
    line.send_next([b"cc", b"dd"], 0)
    assert line.arrived(SECOND) == b"aaaccddbbbb"


def test_the_control_socket_answers(tmp_path):
    path = str(tmp_path / "control")
    with SkyProcess(["--control", path]) as sky, socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(path)
        client.sendall(b"weeks -1024 for 5\nrain\n")
        answers = client.makefile()
        assert answers.readline() == "ok\n"
        assert answers.readline().startswith("error: 'rain' is no fault")
        assert sky.process.poll() is None
    assert not os.path.exists(path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_cleanly(number, tmp_path):
    link = tmp_path / "gps0"
    with SkyProcess(["--link", str(link)]) as sky:
        assert os.readlink(link) == sky.device
        sky.process.send_signal(number)
        assert sky.process.wait(timeout=5) == 0
    assert not link.is_symlink()


def test_the_end_of_standard_input_ends_it_where_asked():
    sky = SkyProcess()
    sky.process.stdin.close()
    assert sky.process.wait(timeout=5) == 0
    sky.process.stdout.close()


def test_it_plays_on_without_standard_input():
    process = subprocess.Popen([sys.executable, SKY], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    device = process.stdout.readline().decode().strip().split("=")[1]
    host = os.open(device, os.O_RDWR | os.O_NOCTTY)
    termios.tcgetattr(host)
    assert select.select([host], [], [], 5)[0]
    os.close(host)
    process.terminate()
    assert process.wait(timeout=5) == 0
    process.stdout.close()


@pytest.mark.parametrize("wrong", [["--start", "soon"], ["--start", "1979-01-01T00:00:00Z"], ["--fault", "rain@3"],
                                   ["--delay", "-1"], ["--baud", "1200"]])
def test_a_wrong_command_line_is_refused_with_a_sentence(wrong):
    command = [sys.executable, SKY, *wrong]
    refused = subprocess.run(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=10)
    assert refused.returncode == 2 and wrong[0].encode() in refused.stderr
