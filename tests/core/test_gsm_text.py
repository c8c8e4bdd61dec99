"""Text messages lose the accents that would cost a second part, and nothing else."""

from __future__ import annotations

import pytest

from otpguard.core.gsm_text import in_gsm
from otpguard.core.segments import segments, strange


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Iniciar sesión", "Iniciar sesion"),
        ("Señal de atención", "Señal de atencion"),
        ("Clé d\u2019accès\u00a0: reçu, prêt, Noël", "Clé d'accès : recu, pret, Noel"),
        ("cœur\u2026 « ici »", 'coeur... " ici "'),
        ("Überweisung für Größe", "Überweisung für Größe"),
        ("sesio\u0301n cafe\u0301", "sesion café"),
        ("[~] {€}", "[~] {€}"),
        ("", ""),
    ],
)
def test_accents_that_the_alphabet_lacks_are_left_out(text: str, sent: str) -> None:
    assert in_gsm(text) == sent
    assert strange(in_gsm(text)) == ""


@pytest.mark.parametrize("text", ["登录 sesión", "Вход: sesión", "złoty sesión", "sesión 😀"])
def test_a_text_that_does_not_fit_without_accents_either_keeps_them(text: str) -> None:
    assert in_gsm(text) == text


def test_what_must_arrive_letter_by_letter_is_not_touched() -> None:
    assert in_gsm("Pelícano: sesión", keep="Pelícano") == "Pelícano: sesión"
    assert in_gsm("Café: sesión", keep="Café") == "Café: sesion"


def test_a_long_spanish_text_is_one_part_instead_of_three() -> None:
    text = "Código 123456: cambiar la configuración. " * 3
    assert (segments(text), segments(in_gsm(text))) == (2, 1)
