"""Buttons on prefix rules: set and end."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.models import PrefixRule
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db
LIST = reverse("admin:otpguard_prefixrule_changelist")
SET = reverse("admin:otpguard_prefixrule_do_set")
RULE = {"prefix": "+92 300", "action": "block", "until": "", "source": "", "reason": "a wave"}


def test_a_rule_is_set_after_a_step_up_and_shown(act: Act, site: Client) -> None:
    act(SET, **RULE)
    row = PrefixRule.objects.get()
    assert (row.prefix, row.action) == ("+92300", "block")
    assert "+92300" in site.get(LIST).content.decode()


def test_a_rule_is_ended(act: Act) -> None:
    row = PrefixRule.objects.create(prefix="+92300", action="block")
    act(reverse("admin:otpguard_prefixrule_do_end", args=[row.pk]), reason="over")
    assert not PrefixRule.objects.exists()


def test_mistakes_come_before_the_step_up_and_nothing_happens_without_it(site: Client) -> None:
    assert site.post(SET, {**RULE, "action": "stop"}).status_code == 400
    assert site.post(SET, RULE, HTTP_ACCEPT="text/html").status_code == 303
    assert not PrefixRule.objects.exists()


def test_staff_inside_a_tenant_set_no_rule(act: Act, site: Client, operator: AbstractUser) -> None:
    own = factories.tenant("own")
    factories.member(own, operator, roles=["admin"])
    factories.select(site, own)
    site.post(SET, RULE, HTTP_ACCEPT="text/html")
    assert not PrefixRule.objects.exists()
