"""YAML as text with line numbers: every scalar stays the text that was written, nothing is guessed.

Anchors, merge keys, tags and duplicate keys are refused: what two people sign must read the same to both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from workpact.terms.errors import Place, TermsError, YamlError

MAX_DEPTH = 64
PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
}


@dataclass(frozen=True)
class Source:
    """One YAML document of a file: its plain `data` (dict, list, str) and where each part stands, if it was written."""

    file: str
    node: Node | None
    data: Any

    def place(self, path: Sequence[str | int]) -> Place:
        """Where the field at `path` stands; of a missing one, where its section starts."""
        if self.node is None:
            return Place(self.file, 0, dotted(path))
        node, line = self.node, self.node.start_mark.line + 1
        for key in path:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return Place(self.file, line, dotted(path))


def dotted(path: Sequence[str | int]) -> str:
    """A field's path as people write it: `spec.milestones[0].amount`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Advice for an unknown word."""
    close = get_close_matches(word, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"


class _Composer(Composer):
    """Refuses nesting that no document needs, before Python's own limit is met."""

    _depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeep(self.loader.parser.peek_event().start_mark.line + 1)
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _TooDeep(Exception):
    """At this line."""


def read_documents(text: str, file: str) -> list[Source]:
    """All YAML documents of a file; raises YamlError at the first that is not plain."""
    return [Source(file, node, _plain(node, file, ())) for node in _compose(text, file)]


# Pages and whoever signs several things of one agreement read the same text again and again; nobody changes a node.
@lru_cache(8)
def _compose(text: str, file: str) -> tuple[Node, ...]:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    try:
        return tuple(node for node in yaml.compose_all(text) if node is not None)
    except _TooDeep as error:
        place = Place(file, error.args[0], "")
        raise YamlError(place, "is nested too deeply", "write what the format has") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1 if mark else 0, "")
        raise YamlError(place, f"not YAML: {error.problem or error.context}", "mend the syntax there") from None
    except YAMLError as error:
        message = str(error).splitlines()[0]
        raise YamlError(Place(file, 0, ""), f"not YAML: {message}", "save it as UTF-8 text") from None


def _child(node: Node, key: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name.start_mark.line + 1, value
    elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        value = node.value[key]
        return value.start_mark.line + 1, value
    return None


def _refuse(node: Node, file: str, path: tuple[str | int, ...], problem: str, advice: str) -> TermsError:
    return YamlError(Place(file, node.start_mark.line + 1, dotted(path)), problem, advice)


def _plain(node: Node, file: str, path: tuple[str | int, ...]) -> Any:
    if node.anchor:
        problem = f"uses the anchor &{node.anchor}"
        raise _refuse(node, file, path, problem, "write the value out at every place, without & and *")
    if str(node.tag) not in PLAIN_TAGS:
        raise _refuse(node, file, path, f"uses the tag {node.tag}", "write a plain value")
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [_plain(item, file, (*path, index)) for index, item in enumerate(node.value)]
    data: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _refuse(key, file, path, "a key is not a word", "write keys as plain words")
        if key.value == "<<":
            raise _refuse(key, file, path, "uses the merge key <<", "write the values out")
        if key.value in data:
            raise _refuse(key, file, (*path, key.value), "is there twice", "keep one of the two")
        data[key.value] = _plain(value, file, (*path, key.value))
    return data
