"""One refusal in words, a number found without a trace in URLs, and released with a reason."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import translation

from otpguard.models import NumberRelease, PumpingDecision
from otpguard.vault import blind_indexes
from tests import factories
from tests.admin.acting import Act
from tests.models.rows import anonymous, pumping_decision

pytestmark = pytest.mark.django_db
NUMBER = "+12015550142"
FIND = "admin:otpguard_pumpingdecision_do_find"
LIST = "admin:otpguard_pumpingdecision_changelist"


def page_of(row: PumpingDecision) -> str:
    return reverse("admin:otpguard_pumpingdecision_change", args=[row.pk])


def do(row: PumpingDecision) -> str:
    return reverse("admin:otpguard_pumpingdecision_do_release", args=[row.pk])


def test_a_refusal_is_explained_by_layer_weight_and_what_would_change_it(site: Client) -> None:
    text = site.get(page_of(pumping_decision(NUMBER))).content.decode()
    assert "Reputation of the range" in text
    assert "offers another way, weight 90" in text
    assert "release the number for an hour" in text
    assert "+1 ••• ••42" in text
    assert "5550142" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Gewicht 90"), ("es", "peso 90"), ("fr", "poids 90")],
)
def test_the_explanation_is_in_four_languages(site: Client, language: str, words: str) -> None:
    with translation.override(language):
        text = site.get(
            page_of(pumping_decision(NUMBER)), headers={"Accept-Language": language}
        ).content.decode()
    assert words in text


def test_a_send_says_what_came_of_it(site: Client) -> None:
    challenge = anonymous(NUMBER, state="verified")
    row = pumping_decision(NUMBER, challenge=challenge, action="send", layer="", signals=[])
    text = site.get(page_of(row)).content.decode()
    assert "No layer found anything." in text
    challenge.delete()
    assert "not known any more" in site.get(page_of(row)).content.decode()


def test_a_row_of_another_release_is_shown_as_it_is(site: Client) -> None:
    row = pumping_decision(
        NUMBER,
        layer="weather",
        lane="x",
        network="y",
        action="pray",
        signals=[{"layer": "weather"}],
    )
    assert site.get(page_of(row)).status_code == 200
    assert site.get(reverse(LIST)).status_code == 200


def test_a_typed_number_is_found_and_stands_in_no_url(site: Client) -> None:
    row = pumping_decision(NUMBER)
    pumping_decision("+12015550143")
    found = site.post(reverse(FIND), {"number": "(201) 555-0142"})
    assert found.status_code == 302
    assert "5550142" not in found["Location"]
    assert blind_indexes(NUMBER)[0] in found["Location"]
    assert list(site.get(found["Location"]).context["cl"].queryset) == [row]
    assert site.post(reverse(FIND), {"number": "12"}).status_code == 400


def test_a_number_is_released_with_who_and_why_after_a_step_up(
    act: Act, operator: AbstractUser
) -> None:
    page = act(do(pumping_decision(NUMBER)), reason="called in, ticket 17")
    assert page.status_code == 200
    row = NumberRelease.objects.get()
    assert (row.by, row.reason, row.number.reveal()) == (operator, "called in, ticket 17", NUMBER)


def test_without_the_step_up_nothing_is_released(site: Client) -> None:
    asked = site.post(do(pumping_decision(NUMBER)), {"reason": "r"}, HTTP_ACCEPT="text/html")
    assert asked.status_code == 303
    assert not NumberRelease.objects.exists()


def test_who_selected_an_organization_releases_nothing(site: Client) -> None:
    factories.select(site, factories.tenant())
    refused = site.post(do(pumping_decision(NUMBER)), {"reason": "r"}, HTTP_ACCEPT="text/html")
    assert refused.status_code == 403
    assert not NumberRelease.objects.exists()


def test_staff_without_the_permission_see_nothing(client: Client) -> None:
    clerk = factories.user(is_staff=True)
    factories.login(client, clerk)
    row = pumping_decision(NUMBER)
    for url in (reverse(LIST), page_of(row), do(row), reverse(FIND)):
        assert client.get(url).status_code == 403
