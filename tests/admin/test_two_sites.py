"""In a project with two admin sites, no page of one leads into the other."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AbstractUser
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from otpguard.models import Hold, Membership, PolicyWish, Tenant
from tests.admin.acting import Act
from tests.admin.rows import rows_of_everything
from tests.admin.two_sites import site as acme

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.two_sites")]
LINK = re.compile(r'(?:href|action|data-names)="([^"]*)"')
OTHER = "/admin/"


def led_to(page: str) -> list[str]:
    return [link for link in LINK.findall(page) if link.startswith(OTHER)]


def at(name: str, *args: object) -> str:
    return reverse(f"admin:otpguard_{name}", args=args, current_app="acme")


def test_lists_pages_and_buttons_stay_in_their_site(site: Client, operator: AbstractUser) -> None:
    world = rows_of_everything(operator)
    seen = 0
    for model, row in world.items():
        name = model._meta.model_name
        urls = [at(f"{name}_changelist"), at(f"{name}_change", row.pk)]
        for kind in acme.get_model_admin(model).object_actions:
            args = [] if kind.on_list else [row.pk]
            urls.append(at(f"{name}_do_{kind.slug}", *args))
        for url in urls:
            answer = site.get(url)
            assert not led_to(answer.get("Location", "") or answer.content.decode()), url
            seen += answer.status_code == 200
    assert seen > 2 * len(world)


def test_the_pages_of_policies_and_costs_stay_in_their_site(
    site: Client, operator: AbstractUser
) -> None:
    tenant = rows_of_everything(operator)[Tenant]
    for url in (
        at("policywish_whole", tenant.pk),
        at("policywish_whole", "site"),
        at("policywish_set", tenant.pk, "*"),
        at("policywish_do_choose"),
        at("price_costs"),
    ):
        page = site.get(url)
        assert page.status_code == 200, url
        assert not led_to(page.content.decode()), url


def test_after_a_change_people_are_where_they_were(act: Act, operator: AbstractUser) -> None:
    world: dict[type[Model], Model] = rows_of_everything(operator)
    done = act(at("hold_do_lift", world[Hold].pk), reason="it was them")
    assert done.request["PATH_INFO"] == at("hold_change", world[Hold].pk)
    done = act(at("policywish_set", world[Tenant].pk, "*"), max_attempts="3")
    assert PolicyWish.objects.filter(tenant=world[Tenant].pk, checkpoint="*").exists()
    assert done.request["PATH_INFO"] == at("policywish_set", world[Tenant].pk, "*")


def test_the_choice_of_a_policy_goes_on_in_its_site(site: Client, operator: AbstractUser) -> None:
    member = rows_of_everything(operator)[Membership]
    assert isinstance(member, Membership)
    chosen = {"tenant": member.tenant.slug, "checkpoint": "*"}
    gone = site.get(at("policywish_do_choose"), chosen)
    assert gone["Location"] == at("policywish_set", member.tenant.pk, "*")
