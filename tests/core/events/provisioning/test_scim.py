"""Events about directories name rows and counts, never values."""

from __future__ import annotations

from otpguard.core.events.provisioning.scim import DirectoryPersonChanged


def test_a_changed_person_is_told_by_names_of_attributes() -> None:
    said = DirectoryPersonChanged(person="7", changed=["user_name"])
    assert said.data() == {"person": "7", "changed": ["user_name"]}
