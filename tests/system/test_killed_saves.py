"""A program that is killed in the middle of a save leaves the old settings or the new ones, never a mix; a sample of what
tests/soak does at every step of every save."""
from __future__ import annotations

import os

import pytest

from killed_saves import (DaemonHouse, ExchangedCertificate, FirstSettings, PageSettings, SettingsSave, StateSave, WebHouse,
                          kill_at_every_step, rules)
from programs import program

OVERLAYS = [rules(1, 60), rules(2, 60)]


def test_the_daemon_killed_while_it_saves_settings_or_its_state() -> None:
    with DaemonHouse() as house:
        points = kill_at_every_step(SettingsSave(house, OVERLAYS))
        points += kill_at_every_step(SettingsSave(house, OVERLAYS), halfway=True, first=3, every=3)
        points += kill_at_every_step(FirstSettings(house, OVERLAYS), first=2, every=3)
        points += kill_at_every_step(StateSave(house), first=2, every=4)
        assert points >= 20


@pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")
def test_the_page_killed_while_it_saves_settings() -> None:
    with WebHouse() as house:
        points = kill_at_every_step(PageSettings(house), first=4, every=3)
        assert points >= 2


@pytest.mark.skipif(not os.access(program("tokimori-web"), os.X_OK), reason="NO tokimori-web was built")
def test_the_page_killed_while_its_certificate_is_exchanged() -> None:
    with WebHouse() as house:
        points = kill_at_every_step(ExchangedCertificate(house))
        points += kill_at_every_step(ExchangedCertificate(house), halfway=True)
        assert points >= 10, points
