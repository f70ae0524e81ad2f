"""What the pages of reference take from the code: commands from their help, fields of settings.

Two directives of Sphinx's, written as fenced blocks in the pages:

- `{commands} own` describes the commands of `foveate`, and `{commands} research` those that
  foveate-research brings.
- `{fields} foveate.Settings` lists the fields of a dataclass with what its docstring says of them.
"""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from typing import Any, get_type_hints

import typer
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx import addnodes
from sphinx.application import Sphinx

from foveate.cli.described_commands import (
    DescribedCommand,
    DescribedParameter,
    described,
    described_command,
)
from foveate.cli.main import ENTRY_POINT, app

# What is typed: a command between quotes, an option, a file's name, an address, a variable.
_TYPED = re.compile(
    r"'(foveate [^']+)'|pip install '[^']+'|`[^`]+`|(?<![\w-])--?[a-z][\w-]*|\b\w+://[^\s,;)]*"
    r"|(?<![\w.])[\w*./-]*\.(?:jpg|png|avif|jxl|webp|jsonl?|html|toml|md|mp4|m4v|mov|mkv|onnx|tar|npy)\b"
    r"|\b[A-Z]+_[A-Z_]+\b"
)
_FIELD = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


class Commands(Directive):
    """A section for each command."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        if self.arguments[0] == "own":
            return [_section(each) for each in described(typer.main.get_command(app))]
        points = sorted(entry_points(group=ENTRY_POINT), key=lambda point: point.name)
        if not points:
            raise self.error("foveate-research is not installed: pip install ./research")
        return [
            _section(each)
            for point in points
            for each in described_command(typer.main.get_command(point.load()), (point.name,))
        ]


class Fields(Directive):
    """A list of a dataclass's fields: values, default, and what the docstring says."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module, _, name = self.arguments[0].rpartition(".")
        kind = getattr(importlib.import_module(module), name)
        told = dict(_FIELD.findall((inspect.getdoc(kind) or "").partition("Attributes:")[2]))
        hints = get_type_hints(kind)
        items = []
        for field in dataclasses.fields(kind):
            text = " ".join(told[field.name].split())
            shown = f"{field.default:_}" if type(field.default) is int else repr(field.default)
            facts = f"Values: {_plainly(hints[field.name])}. Default: `{shown}`."
            texts = [text[0].upper() + text[1:], facts]
            items.append(_item([nodes.literal(text=field.name)], map(_paragraph, texts)))
        return [nodes.definition_list("", *items)]


def _plainly(hint: Any) -> str:
    """A type as a reader of the page wants it: `'a'`, `'b'` or whole number."""
    parts = getattr(hint, "__args__", ())
    if "Literal" in str(getattr(hint, "__origin__", "")):
        return ", ".join(f"`{each!r}`" for each in parts)
    words = {int: "a whole number", float: "a number", str: "a text", bool: "`True` or `False`"}
    if hint in words:
        return words[hint]
    if type(None) in parts:
        return " or ".join(
            [*(_plainly(each) for each in parts if each is not type(None)), "`None`"]
        )
    return "boxes of four whole numbers" if "tuple" in str(hint) else str(hint)


def _section(command: DescribedCommand) -> nodes.section:
    title = f"foveate {command.name}"
    section = nodes.section(ids=[nodes.make_id(title)], names=[title])
    section += nodes.title(text=title)
    section += map(_paragraph, command.help)
    parameters = (*command.arguments, *command.options)
    usage = [title, *map(_usage, parameters), "[OPTION]..."]
    section += _block(" ".join(filter(None, usage)))
    if parameters:
        items = (_item(_term(each), map(_paragraph, _told(each))) for each in parameters)
        section += nodes.definition_list("", *items)
    section += _epilog(command.epilog)
    return section


def _usage(parameter: DescribedParameter) -> str:
    """An argument, or an option that has to be given."""
    if not parameter.names:
        return parameter.value if parameter.required else f"[{parameter.value}]"
    return f"{parameter.names[-1]} {parameter.value}" if parameter.required else ""


def _term(parameter: DescribedParameter) -> list[nodes.Node]:
    if not parameter.names:
        return [nodes.literal(text=parameter.value)]
    term: list[nodes.Node] = []
    for name in parameter.names:
        typed = f"{name} {parameter.value}" if name == parameter.names[-1] else name
        term += [nodes.literal(text=typed.strip().replace("|", " | ")), nodes.Text(", ")]
    return term[:-1]


def _told(parameter: DescribedParameter) -> Iterator[str]:
    """The help, and behind it what the option's type tells: limits and default."""
    facts = []
    least, most = parameter.least, parameter.most
    if least is not None and most is not None:
        facts.append(f"From {least:g} to {most:.10g}.")
    elif least is not None:
        facts.append(f"At least {least:g}.")
    if parameter.default:
        facts.append(f"Default: `{parameter.default}`.")
    texts = list(parameter.help) or [""]
    texts[-1] = " ".join([texts[-1], *facts]).strip()
    yield from filter(None, texts)


def _epilog(texts: Iterable[str]) -> Iterator[nodes.Node]:
    """Paragraphs, and examples in blocks."""
    examples: list[str] = []
    for text in (*texts, ""):
        if text.startswith("foveate ") or " | foveate " in text:
            examples.append(f"$ {text}")
            continue
        if examples:
            yield _block("\n".join(examples))
            examples = []
        if text in ("Examples", "Example"):
            yield nodes.rubric(text=text)
        elif text:
            yield _paragraph(text)


def _block(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="console" if text.startswith("$") else "text")


def _item(term: Iterable[nodes.Node], told: Iterable[nodes.Node]) -> nodes.definition_list_item:
    return nodes.definition_list_item("", nodes.term("", "", *term), nodes.definition("", *told))


def _paragraph(text: str) -> nodes.paragraph:
    """Text in which what is typed stands as code."""
    paragraph = nodes.paragraph()
    end = 0
    for match in _TYPED.finditer(text):
        paragraph += nodes.Text(text[end : match.start()])
        paragraph += nodes.literal(text=(match[1] or match[0]).strip("`"))
        end = match.end()
    paragraph += nodes.Text(text[end:])
    return paragraph


def unlink_builtins(sphinx: Sphinx, document: nodes.document) -> None:
    """Keeps the type `bytes` of a signature from leading to a field of that name."""
    for link in list(document.findall(addnodes.pending_xref)):
        if hasattr(builtins, link.get("reftarget", "")):
            link.replace_self(link.children)


def setup(sphinx: Sphinx) -> dict[str, bool]:
    sphinx.connect("doctree-read", unlink_builtins)
    sphinx.add_directive("commands", Commands)
    sphinx.add_directive("fields", Fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
