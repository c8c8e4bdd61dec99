"""Forms of an organization's pages look like the pages."""

from __future__ import annotations

from django import forms

from otpguard.forms.team.plain_form import PlainForm


class Form(PlainForm):
    name = forms.CharField()
    ticked = forms.BooleanField()
    several = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=[("a", "A")])


def test_fields_of_one_line_have_the_look_and_boxes_have_not() -> None:
    form = Form()
    assert 'class="og-input"' in str(form["name"])
    assert "og-input" not in str(form["ticked"])
    assert "og-input" not in str(form["several"])


def test_ids_are_ours_unless_a_page_has_the_form_twice() -> None:
    assert Form()["name"].id_for_label == "otpguard-name"
    assert Form(auto_id="x-%s")["name"].id_for_label == "x-name"
