"""A person is named by login name, by machines by id, and by nothing else."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from otpguard.forms.user_field import UserField
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_person_is_found_by_the_name_they_log_in_with() -> None:
    ada = factories.user("ada", email="ada@example.com")
    assert UserField().clean("ada") == str(ada.pk)
    for name in ("ada@example.com", "Ada", "nobody", str(ada.pk), ""):
        with pytest.raises(ValidationError):
            UserField().clean(name)


def test_a_machine_names_people_by_their_ids() -> None:
    ada = factories.user("ada")
    assert UserField(by_id=True).clean(ada.pk) == str(ada.pk)
    for name in ("ada", "0", "-1", "9" * 40, "\u0661", None):
        with pytest.raises(ValidationError):
            UserField(by_id=True).clean(name)


def test_it_may_be_left_empty_where_it_is_not_required() -> None:
    assert UserField(required=False).clean("") == ""
