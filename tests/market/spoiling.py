"""Messages with one value changed, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where all values of a message are."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def at(value: Any, path: Path) -> Any:
    """The value at a place."""
    for key in path:
        value = value[key]
    return value


def put(value: Any, path: Path, new: Any) -> None:
    """Puts another there."""
    at(value, path[:-1])[path[-1]] = new


def spoil(message: Any, rest: Random) -> None:
    """Changes one value of a message in JSON to another of some form."""
    path = rest.choice(list(leaves(message)))
    others = [
        "0",
        "1",
        str(rest.getrandbits(256)),
        "x",
        "0x" + rest.randbytes(20).hex(),
        "0x" + rest.randbytes(32).hex(),
    ]
    put(message, path, rest.choice([each for each in (*others, [], {}) if each != at(message, path)]))
