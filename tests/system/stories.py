"""Runs the stories of a file side by side, since they do little but wait.

A story is a test function with `pytest.mark.story`. It takes no fixtures but the parameters it is parametrized with;
what it returns, a dictionary, is printed and recorded as properties of the test. All stories of a file begin with its
first one, at most so many at a time; each test then waits for its own.
"""
from __future__ import annotations

import threading
from typing import Any, Callable, Dict, List, Optional

import pytest

AT_A_TIME = 12


class Story:
    """One test function on a thread of its own."""

    def __init__(self, function: Callable[..., Any], arguments: Dict[str, Any], seats: threading.Semaphore) -> None:
        self._function, self._arguments, self._seats = function, arguments, seats
        self._outcome: Optional[BaseException] = None
        self._figures: Dict[str, Any] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._seats:
            try:
                self._figures = self._function(**self._arguments) or {}
            except BaseException as outcome:  # skips are no Exceptions
                self._outcome = outcome

    def result(self) -> Dict[str, Any]:
        """Waits; raises what the story raised."""
        self._thread.join()
        if self._outcome is not None:
            raise self._outcome
        return self._figures


_stories: Dict[str, Story] = {}


def is_story(item: pytest.Item) -> bool:
    """It is one of those that run side by side."""
    return isinstance(item, pytest.Function) and item.get_closest_marker("story") is not None


def _begin(items: List[pytest.Function]) -> None:
    seats = threading.Semaphore(AT_A_TIME)
    for item in items:
        arguments = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        _stories[item.nodeid] = Story(item.obj, arguments, seats)


def tell(item: pytest.Function) -> None:
    """The test of `item`."""
    if item.nodeid not in _stories:
        _begin([other for other in item.session.items
                if isinstance(other, pytest.Function) and is_story(other) and other.fspath == item.fspath])
    for name, value in _stories.pop(item.nodeid).result().items():
        item.user_properties.append((name, value))
        print("%s: %s" % (name, value))
