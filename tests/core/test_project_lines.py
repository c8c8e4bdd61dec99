"""A project is given the lines that it lacks, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.project import MIDDLEWARE, Part
from tests.core.projects import lines, texts

DONE: dict[str, Any] = {
    "apps": ("django_otp", "otpguard"),
    "middleware": (MIDDLEWARE,),
    "keys": frozenset({"BRAND"}),
    "has_pages": True,
    "needs_login_url": False,
}


def test_a_fresh_project_gets_the_lines_of_the_quick_start() -> None:
    assert texts(lines()) == {
        Part.SETTINGS: 'INSTALLED_APPS += ["django_otp"]\n'
        f'MIDDLEWARE += ["{MIDDLEWARE}"]\n'
        'LOGIN_URL = "admin:login"\n'
        'OTPGUARD = {"URL_CHECKPOINTS": {"admin:auth_user_changelist": "data_export"}}\n',
        Part.URLS: "from django.urls import include\n\n"
        'urlpatterns += [path("security/", include("otpguard.urls"))]\n',
    }


def test_a_project_that_has_all_gets_nothing_and_is_told_what_is_there() -> None:
    found = lines(**DONE)
    assert found.additions == ()
    assert found.present == (
        '"django_otp" in INSTALLED_APPS',
        '"otpguard" in INSTALLED_APPS',
        f'"{MIDDLEWARE}" in MIDDLEWARE',
        "OTPGUARD",
        "the URLs of otpguard",
    )


def test_a_login_and_an_otpguard_of_its_own_stay_as_they_are() -> None:
    found = texts(lines(needs_login_url=False, keys=frozenset()))[Part.SETTINGS]
    assert "LOGIN_URL" not in found
    assert "OTPGUARD" not in found


def test_without_a_list_of_users_in_the_admin_no_page_is_guarded() -> None:
    assert "OTPGUARD = {}\n" in texts(lines(user_list=""))[Part.SETTINGS]


def test_what_is_no_list_of_its_own_becomes_a_new_one() -> None:
    found = texts(lines(lists=frozenset({"MIDDLEWARE"})))[Part.SETTINGS]
    assert 'INSTALLED_APPS = [*INSTALLED_APPS, "django_otp"]\n' in found
    assert f'MIDDLEWARE += ["{MIDDLEWARE}"]\n' in found


def test_the_shared_apps_of_django_tenants_are_added_to_as_well() -> None:
    found = texts(lines(shared_apps=("django_tenants", "otpguard")))[Part.SETTINGS]
    assert found.startswith('SHARED_APPS = [*SHARED_APPS, "django_otp"]\nINSTALLED_APPS += ')


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({}, ""),
        ({"urls_problem": "it cannot be imported"}, "it cannot be imported"),
        ({"url_names": {"path": False, "include": True}}, "path is something else there"),
        ({"free_prefix": ""}, "a pattern there answers every path"),
    ],
)
def test_urls_that_are_not_as_usual_are_left_to_their_people(
    changed: dict[str, Any], problem: str
) -> None:
    [urls] = [each for each in lines(**changed).additions if each.part is Part.URLS]
    assert urls.problem.startswith(problem)
    assert bool(urls.problem) == bool(problem)
    assert 'include("otpguard.urls")' in urls.text


def test_the_pages_stand_where_no_view_answers() -> None:
    found = lines(free_prefix="otpguard/", url_names={"path": True, "include": True})
    assert texts(found)[Part.URLS] == (
        'urlpatterns += [path("otpguard/", include("otpguard.urls"))]\n'
    )


def test_a_worker_is_given_an_application_and_a_broker_if_it_is_asked_for() -> None:
    assert not {Part.CELERY, Part.PACKAGE} & set(texts(lines()))
    found = lines(celery=True, **DONE)
    by_part = {each.part: each for each in found.additions}
    assert by_part[Part.SETTINGS].text == 'CELERY_BROKER_URL = "redis://localhost:6379/0"\n'
    assert 'app = Celery("mysite")' in by_part[Part.CELERY].text
    assert by_part[Part.CELERY].is_new
    assert by_part[Part.PACKAGE].text == "from mysite.celery import app as celery_app\n"
    assert Part.CELERY in by_part[Part.PACKAGE].needs & by_part[Part.SETTINGS].needs


def test_an_application_and_a_broker_that_are_there_stay() -> None:
    found = lines(celery=True, **DONE, celery_app="crm", names_broker=True)
    assert found.additions == ()
    assert {"the Celery application crm", "a broker of Celery"} <= set(found.present)


def test_beside_settings_of_no_package_no_file_hides_celery() -> None:
    found = lines(celery=True, package="")
    problems = {each.part: each.problem for each in found.additions}
    assert problems[Part.CELERY] == problems[Part.PACKAGE] == "the settings are in no package"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"database": "sqlite"}, "SQLite is for trying things out"),
        ({"database": "sqlite", "debug": False}, '"transaction_mode": "IMMEDIATE"'),
        ({"database": "mysql"}, "mysql is not supported"),
        ({"unknown_backends": {"acme.Saml": "THE LINE"}}, "acme.Saml proves nothing"),
        ({"celery": True, "has_redis": False}, "otpguard[redis]"),
        ({"debug": False}, "Nobody would send"),
    ],
)
def test_what_only_its_people_can_decide_is_said(changed: dict[str, Any], said: str) -> None:
    decided = {"tenants": True}
    assert said not in " ".join(lines(**decided).advice)
    assert said in " ".join(lines(**decided, **changed).advice)
