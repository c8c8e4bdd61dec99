"""Every sentence about checkpoints and uses has rows, and every row a test and its mutation."""

from __future__ import annotations

from tests.house.source import ROOT
from tests.sentences import DRAWN, PAGE, SENTENCES, drawn_faults, faults_of, rows

HEAD = "|---|---|---|\n"


def test_every_line_of_the_tables_is_a_row_and_no_id_stands_twice() -> None:
    parts = PAGE.read_text("utf-8").partition("## The operations beside the seven")[0].split(HEAD)
    lines = [line for part in parts[1:] for line in part.partition("\n\n")[0].splitlines()]
    found = rows()
    assert len(found) == len(lines)
    assert len({(each.sentence, each.name) for each in found}) == len(found) > DRAWN
    assert all(each.asks.strip() and each.promise.strip() for each in found)


def test_no_sentence_is_without_a_row_and_none_is_made_up() -> None:
    expected = [f"{about}-{at}" for about, most in SENTENCES.items() for at in range(1, most + 1)]
    assert list(dict.fromkeys(each.sentence for each in rows())) == expected


def test_all_rows_of_a_sentence_say_the_same_of_what_it_asks() -> None:
    said = {(each.sentence, each.asks) for each in rows()}
    assert len(said) == len({sentence for sentence, _ in said})


def test_every_named_test_is_there() -> None:
    for row in rows():
        file, _, name = row.test.partition("::")
        path = ROOT / file
        assert path.is_file(), row.test
        assert f"def {name}(" in path.read_text("utf-8"), row.test


def test_every_row_has_a_mutation_that_its_test_must_catch() -> None:
    assert [each.test for each in rows() if not faults_of(each)] == []


def test_twenty_are_drawn_each_time() -> None:
    assert len(drawn_faults()) == DRAWN
