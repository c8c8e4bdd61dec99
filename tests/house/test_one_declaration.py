"""A policy field and a checkpoint are each declared in one place: shown by adding one of each.

The package is copied, one entry is added to one file of the copy, and a new process that runs on
the copy is asked what it knows.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.copies import asked, copied

TOY_FIELD = """    toy_pause: timedelta = field(
        default=timedelta(seconds=40),
        metadata=ruled(
            law=HIGHER,
            values=Seconds(0, 90),
            unit=Unit.SECONDS,
            loosest=timedelta(seconds=20),
            label=_("Toy pause"),
            help=_("How long to pause."),
        ),
    )
"""
TOY_CHECKPOINT = """    Checkpoint(
        slug="toy_payout",
        label=_("Pay out toys"),
        default={"hold": _DAY},
        enterprise={"max_attempts": 3},
        floor={"required_level": _AAL2, "hold": _HOUR},
        sensitive=True,
        defensible={"required_level": _AAL3},
    ),
"""
IMPORTS = """
from datetime import timedelta
from django.core.management import call_command
from django.utils.translation import override
from functools import partial
import hypothesis
from otpguard import conf, labels
from otpguard.admin.tables.policy_scope import Place, rows_of
from otpguard.core import checkpoints, policy, presets, wishes
from otpguard.core.effective_policy import effective, weakened_fields
from otpguard.core.policy_table import render_policies
from otpguard.forms.policy import PolicyForm
from otpguard.forms.team.policy_text import words
from otpguard.forms.tenant import PolicyPlaceForm
from tests.core import strategies

# The first that fits: nothing is to be learned from the smallest.
drawing = hypothesis.settings(phases=[hypothesis.Phase.generate], database=None)
find = partial(hypothesis.find, settings=drawing)
"""


FIELD_ANSWERS = """
form = PolicyForm({"toy_pause": "30 s"}, by_tenant=True)
late = PolicyForm({"toy_pause": "91 s"}, by_tenant=True)
forms_are_right = form.is_valid() and not late.is_valid() and list(late.errors) == ["toy_pause"]
rows = rows_of(Place(tenant=None, checkpoint="*"), PolicyForm(by_tenant=False))
weak = wishes.parse_wishes({"toy_pause": 10})
counts = effective(default=presets.BASE, floor=presets.LOOSEST, wishes=[weak])
wished = find(strategies.wishes, lambda each: each.get("toy_pause", timedelta(0)) > timedelta(0))
any_policy = find(strategies.policies, lambda each: each.toy_pause > timedelta(seconds=90))
answer = {
    "forms": forms_are_right,
    "label": str(form.fields["toy_pause"].label),
    "help": str(form.fields["toy_pause"].help_text),
    "wished by form": wishes.dump_wishes(form.wishes),
    "rows": [row["field"].name for row in rows].count("toy_pause"),
    "in words": words("toy_pause", 60),
    "written": wishes.dump_policy(presets.BASE)["toy_pause"],
    "clamped": counts.toy_pause.total_seconds(),
    "weakened": weakened_fields(presets.BASE, counts),
    "drawn": wished.keys() <= policy.RULES.keys() and any_policy.toy_pause.total_seconds() > 90,
    "docs": "`toy_pause`" in render_policies(),
}
"""

CHECKPOINT_ANSWERS = """
toy = checkpoints.BUILT_IN["toy_payout"]
def pair(preset="baseline", tier="standard"):
    return presets.policy_pair_for(toy, preset=presets.Preset(preset), tier=presets.Tier(tier))
choices = dict(PolicyPlaceForm().fields["checkpoint"].choices)
answer = {
    "known": conf.checkpoint("toy_payout").slug,
    "label": str(labels.checkpoint_label(toy)),
    "offered": str(choices["toy_payout"]),
    "holds": [part.hold.total_seconds() for part in (pair().default, pair().floor)],
    "level": [pair().default.required_level, pair().floor.required_level],
    "enterprise": [pair(tier="enterprise").default.required_level,
                   pair(tier="enterprise").default.max_attempts],
    "defensible": pair("defensible").floor.required_level,
    "drawn": find(strategies.checkpoints, lambda each: each.slug == "toy_payout").slug,
    "docs": "`toy_payout`" in render_policies(),
}
"""


def test_a_new_policy_field_is_one_entry(tmp_path: Path) -> None:
    root = copied(tmp_path, "core/policy.py", "    enforcement: Enforcement = field(\n", TOY_FIELD)
    assert asked(root, IMPORTS + FIELD_ANSWERS) == {
        "forms": True,
        "label": "Toy pause",
        "help": "How long to pause. From 0 s to 90 s.",
        "wished by form": {"toy_pause": 30},
        "rows": 1,
        "in words": "1 min",
        "written": 40,
        "clamped": 20,
        "weakened": ["toy_pause"],
        "drawn": True,
        "docs": True,
    }


def test_a_new_checkpoint_is_one_entry(tmp_path: Path) -> None:
    root = copied(
        tmp_path, "core/checkpoints.py", '    Checkpoint(slug="logged_action"', TOY_CHECKPOINT
    )
    assert asked(root, IMPORTS + CHECKPOINT_ANSWERS) == {
        "known": "toy_payout",
        "label": "Pay out toys",
        "offered": "Pay out toys",
        "holds": [86_400, 3600],
        "level": [2, 2],
        "enterprise": [3, 3],
        "defensible": 3,
        "drawn": "toy_payout",
        "docs": True,
    }


@pytest.mark.parametrize(
    "part", ['            help=_("How long to pause."),\n', "unit=Unit.SECONDS"]
)
def test_a_policy_field_without_its_unit_or_help_does_not_load(tmp_path: Path, part: str) -> None:
    incomplete = TOY_FIELD.replace(part, "" if part.startswith(" ") else "unit=Unit.NONE")
    root = copied(tmp_path, "core/policy.py", "    enforcement: Enforcement = field(\n", incomplete)
    with pytest.raises(AssertionError, match=r"must have a unit|argument: 'help'"):
        asked(root, IMPORTS + "answer = None")
