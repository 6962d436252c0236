"""The daemon and the page's program, killed at every step that any of their saves does to files, and in the middle of every
write: what stands after the next start is the old or the new, whole. At least a thousand points."""
from __future__ import annotations

from collections import Counter

from killed_saves import DaemonHouse, WebHouse, kill_at_every_step, saves_of_the_daemon, saves_of_the_page

LEAST = 1000


def test_every_step_of_every_save() -> None:
    points: "Counter[str]" = Counter()
    for workers in (0, 1, 2, 4):
        with DaemonHouse(workers) as house:
            for save in saves_of_the_daemon(house):
                for halfway in (False, True):
                    points["daemon " + type(save).__name__] += kill_at_every_step(save, halfway)
            print(workers, dict(points), flush=True)
    with WebHouse() as house:
        for save in saves_of_the_page(house):
            for halfway in (False, True):
                points["page " + type(save).__name__] += kill_at_every_step(save, halfway)
    print(dict(points), sum(points.values()))
    assert sum(points.values()) >= LEAST
