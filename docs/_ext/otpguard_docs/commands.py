"""Every command of `manage.py`: its help, its arguments and what each does."""

from __future__ import annotations

from argparse import SUPPRESS, Action
from importlib import import_module
from pkgutil import iter_modules

from django.core.management import BaseCommand

from otpguard.management import commands


def lines() -> list[str]:
    """A heading for each command, and a table of its arguments."""
    found: list[str] = []
    for each in sorted(iter_modules(commands.__path__), key=lambda each: each.name):
        module = import_module(f"{commands.__name__}.{each.name}")
        found += entry(each.name, module.Command())
    return found


def entry(name: str, command: BaseCommand) -> list[str]:
    """One command. Raises LookupError if it, or an argument of it, has no help."""
    if not command.help:
        raise LookupError(f"{name} has no help")
    parser = command.create_parser("manage.py", name)
    shared = BaseCommand().create_parser("manage.py", name)
    known = {action.dest for action in shared._actions}  # noqa: SLF001 (argparse lists them nowhere else)
    own = [action for action in parser._actions if action.dest not in known]  # noqa: SLF001 (see above)
    found = [f"## {name}", "", sentence(str(command.help)), ""]
    if own:
        found += ["| argument | does |", "|---|---|"]
        found += [f"| `{written(action)}` | {help_of(name, action)} |" for action in own]
        found.append("")
    return found


def written(action: Action) -> str:
    """The argument as one types it."""
    value = "" if action.nargs == 0 else str(action.metavar or action.dest).upper()
    return " ".join([*action.option_strings[:1], value]).strip()


def help_of(name: str, action: Action) -> str:
    """What it does. Raises LookupError for nothing."""
    if not action.help or action.help == SUPPRESS:
        raise LookupError(f"{name}: {action.dest} has no help")
    return " ".join((action.help % {"default": action.default}).split()).replace("|", "\\|")


def sentence(text: str) -> str:
    """With one full stop."""
    return " ".join(text.split()).rstrip(".") + "."
