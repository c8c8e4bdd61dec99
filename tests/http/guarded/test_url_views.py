"""The views of a project by route and by name."""

from __future__ import annotations

from typing import Any

from otpguard.http.guarded.url_views import project_views


def test_a_view_has_its_namespaces_and_its_whole_route(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.listed"
    found = {view.name: view.route for view in project_views()}
    assert found["edit"] == "edit/<int:pk>/"
    assert found["otpguard:security"] == "security/"
    assert found["admin:auth_group_add"] == "admin/auth/group/add/"
