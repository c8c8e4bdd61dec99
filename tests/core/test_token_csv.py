"""Tokens and owners as CSV: our own format, that of Entra, and every mistake with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import token_csv
from otpguard.core.token_file import Owner, Person, TokenRow
from otpguard.core.totp import Algorithm

BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
HEX = "3132333435363738393031323334353637383930"
OTHER = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


ENTRA = "upn,serial number,secret key,time interval,manufacturer,model"


def rows(text: str, *, owned: bool = False) -> list[TokenRow]:
    found = token_csv.read_tokens(text, owned=owned)
    assert found.mistakes == []
    return found.rows


def mistakes(text: str, *, owned: bool = False) -> list[tuple[int, str]]:
    found = token_csv.read_tokens(text, owned=owned).mistakes
    return [(each.line, each.text % dict(each.values)) for each in found]


def test_tokens_are_read_with_what_they_leave_out() -> None:
    (row,) = rows(f"serial,user,secret\nA1,ada,{BASE32}\n")
    assert (row.line, row.serial, row.person) == (2, "A1", Person(user="ada"))
    assert (row.model, row.drift) == ("", 0)
    assert row.seed.key == b"12345678901234567890"
    assert (row.seed.digits, row.seed.period, row.seed.algorithm) == (6, 30, Algorithm.SHA1)


@pytest.mark.parametrize("algorithm", ["SHA256", "sha-256", "HMAC-SHA256", "HmacSHA256"])
def test_digits_period_and_algorithm_may_be_given(algorithm: str) -> None:
    text = f"Email, Secret,Serial,Digits,Period,Algorithm\na@b.c,{HEX},A1,8,60,{algorithm}"
    (row,) = rows(text)
    assert (row.person, row.seed.key) == (Person(email="a@b.c"), b"12345678901234567890")
    assert (row.seed.digits, row.seed.period) == (8, 60)
    assert row.seed.algorithm is Algorithm.SHA256


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeffserial,user,secret\nA1,ada,{BASE32}",
        f"serial;user;secret\r\nA1;ada;{BASE32}\r\n",
        f'"serial","user","secret"\n"A1"," ada ","{BASE32}"\n\n,,\n',
        f"serial,user,secret\rA1,ada,{BASE32}\r",
    ],
    ids=["byte order mark", "semicolons", "quotes and empty lines", "old line ends"],
)
def test_files_of_spreadsheets_are_read(text: str) -> None:
    (row,) = rows(text)
    assert (row.serial, row.person.user) == ("A1", "ada")


def test_every_mistake_is_said_with_its_line() -> None:
    text = "\n".join(
        [
            "serial,user,email,secret,digits,period,algorithm",
            f",ada,,{BASE32},,,",
            f"A2,,,{BASE32},,,",
            f"A3,ada,a@b.c,{BASE32},,,",
            "A4,ada,,,,,",
            "A5,ada,,no secret!,,,",
            "A6,ada,,GEZDGNBV,,,",
            f"A7,ada,,{BASE32},five,,",
            f"A8,ada,,{BASE32},9,,",
            "",
            f"A9,ada,,{BASE32},,5,",
            f"A10,ada,,{BASE32},,,MD5",
            f"A11,ada,{BASE32}",
            f"{'A' * 65},ada,,{BASE32},,,",
            f"A12,ada,,{BASE32},,,",
            f"A12,eve,,{HEX},,,",
        ]
    )
    assert [row.line for row in token_csv.read_tokens(text).rows] == [15, 16]
    assert mistakes(text) == [
        (2, "The serial number is missing."),
        (3, "Give either a user or an e-mail address."),
        (4, "Give either a user or an e-mail address."),
        (5, "The secret is missing."),
        (6, "The secret is neither base32 nor hex."),
        (7, "The secret is too short: it must have at least 128 bits."),
        (8, "Digits, period and drift are whole numbers."),
        (9, "A code has 6 to 8 digits."),
        (11, "A code is shown for 15 to 120 seconds."),
        (12, "The algorithm is SHA1, SHA256 or SHA512."),
        (13, "The line does not have as many cells as the first one."),
        (14, "The serial number has at most 64 plain characters."),
        (16, "The serial number is in line 15 already."),
        (16, "The secret is in line 15 already."),
    ]


def test_a_wrong_first_line_is_said_before_any_other() -> None:
    assert mistakes("serial,user,user,digit\nA1,ada,eve,6") == [
        (1, "The column “secret” is missing."),
        (1, "The column “user” appears twice."),
        (1, "The name of column 4 is not known."),
    ]
    assert mistakes(f"serial,secret\nA1,{BASE32}") == [
        (1, "There must be a column “user” or “email”.")
    ]


def test_a_file_without_a_first_line_does_not_repeat_secrets() -> None:
    assert BASE32 not in str(mistakes(f"A1,ada,{BASE32}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", (1, "There is nothing in it.")),
        (" \n\n", (1, "There is nothing in it.")),
        ("serial,user,secret\n", (1, "It contains no token.")),
        (
            f'serial,user,secret\nA1,ada,{BASE32}\nA2,"ada,{OTHER}\nA3,ada,x',
            (3, "From here on, this is not valid CSV: a quotation mark is out of place."),
        ),
    ],
)
def test_what_is_no_list_of_tokens_is_refused(text: str, said: tuple[int, str]) -> None:
    assert mistakes(text) == [said]


def test_a_file_that_is_too_large_is_not_read() -> None:
    head = "serial,user,secret\n"
    size = 8 * 1024 * 1024
    assert mistakes(head + "x" * (size - len(head) + 1)) == [(1, "The file is larger than 8 MiB.")]
    assert mistakes(head + "é" * (size // 2)) == [(1, "The file is larger than 8 MiB.")]


def test_there_are_at_most_five_thousand_tokens() -> None:
    def file(count: int) -> str:
        lines = (f"S{n},u,{n:040x}" for n in range(count))
        return "\n".join(["serial,user,secret", *lines])

    assert len(rows(file(5000))) == 5000
    assert mistakes(file(5001)) == [(5002, "There are more than 5,000 tokens.")]


@given(
    st.text()
    | st.text(alphabet='serialuct,;"\n\r 01aZ').map("serial,user,secret\n".__add__)
    | st.text(alphabet=',;"\n 01aZ').map(f"{ENTRA}\n".__add__)
)
def test_no_text_breaks_it(text: str) -> None:
    found = token_csv.read_tokens(text)
    assert found.rows or found.mistakes
    token_csv.read_owners(text)


def test_what_a_maker_knows_besides_is_read() -> None:
    text = f"serial,user,secret,drift,manufacturer,model\nA1,ada,{BASE32},-5,Acme,C\u202e200"
    (row,) = rows(text)
    assert (row.drift, row.model) == (-5, "C200")
    assert rows(text.replace("-5", "+2"))[0].drift == 2
    assert mistakes(text.replace("-5", "-")) == mistakes(text.replace("-5", "fast"))
    assert mistakes(text.replace("-5", "fast")) == [
        (2, "Digits, period and drift are whole numbers.")
    ]


# --- Entra -------------------------------------------------------------------------------------


def test_the_columns_of_entra_are_read() -> None:
    text = f"\ufeff{ENTRA}\r\nHelga@contoso.com,1234567,{BASE32},60,Contoso,HardwareKey\r\n"
    (row,) = rows(text)
    upn = "Helga@contoso.com"
    assert (row.line, row.serial, row.model) == (2, "1234567", "HardwareKey")
    assert row.person == Person(user=upn, email=upn), "a UPN may be either"
    assert (row.seed.key, row.seed.period, row.seed.digits) == (b"12345678901234567890", 60, 6)
    assert row.seed.algorithm is Algorithm.SHA1


def test_its_secrets_are_base32_also_where_they_look_like_hex() -> None:
    secret = "2234567abcdef2234567abcdef"
    (row,) = rows(f"{ENTRA}\nhelga,1,{secret},30,,\n")
    assert len(row.seed.key) == 16
    assert mistakes(f"{ENTRA}\nhelga,1,{'0' * 32},30,,\n") == [(2, "The secret is not base32.")]


def test_its_mistakes_are_said_with_their_lines() -> None:
    text = "\n".join(
        [
            ENTRA,
            f",1,{BASE32},30,,",
            f"a,,{BASE32},30,,",
            "a,3,,30,,",
            "a,4,no secret!,30,,",
            f"a,5,{BASE32},5,,",
            f"a,6,{BASE32}",
        ]
    )
    assert mistakes(text) == [
        (2, "The UPN is missing."),
        (3, "The serial number is missing."),
        (4, "The secret is missing."),
        (5, "The secret is not base32."),
        (6, "A code is shown for 15 to 120 seconds."),
        (7, "The line does not have as many cells as the first one."),
    ]
    assert mistakes("serial number,secret key\n1,x") == [(1, "There must be a column “upn”.")]
    assert mistakes(f"upn,secret key,serial\nada,{BASE32},1") == [
        (1, "The column “serial number” is missing."),
        (1, "The name of column 3 is not known."),
    ]


# --- owners ------------------------------------------------------------------------------------


def test_owners_are_read_by_serial_number() -> None:
    owners, found = token_csv.read_owners("email;serial\na@b.c;A1\n\nd@e.f;A2\n")
    assert found == []
    assert owners == [
        Owner(line=2, serial="A1", person=Person(email="a@b.c")),
        Owner(line=4, serial="A2", person=Person(email="d@e.f")),
    ]


def test_mistakes_in_a_list_of_owners_say_that_they_are_there() -> None:
    _, found = token_csv.read_owners("serial,user,email\nA1,ada,a@b.c\nA2,ada,\nA2,eve,\n,ada,")
    assert [(each.line, each.text % dict(each.values)) for each in found] == [
        (2, "Give either a user or an e-mail address."),
        (4, "The serial number is in line 3 already."),
        (5, "The serial number is missing."),
    ]
    assert all(each.in_owners for each in found)
    (wrong,) = token_csv.read_owners("serial,secret,user\nA1,x,ada")[1]
    assert wrong.text % dict(wrong.values) == "The name of column 2 is not known."


def test_with_owners_no_column_names_a_person() -> None:
    for text in (
        f"serial,secret\nA1,{BASE32}",
        f"serial,secret,user\nA1,{BASE32},ada",
        f"serial number,secret key\nA1,{BASE32}",
    ):
        (row,) = rows(text, owned=True)
        assert (row.serial, bool(row.person)) == ("A1", False)
