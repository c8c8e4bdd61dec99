"""A field's name says whether it holds a secret: word by word, and written together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.secret_names import DEFAULT, says_secret, words_of

SECRET_NAMES = """
password password1 password2 new_password new_password1 newPassword NewPassword newpassword
oldpassword old-password current_password currentPassword confirm_password confirmPassword
passwordconfirm password_again passwordagain user[password] login.password user-pwd pwd userpwd
passwd db_passwd dbpassword rootpassword passphrase key_passphrase passcode device_passcode
secret client_secret clientSecret clientsecret shared_secret sharedsecret secret_key secretkey
app_secret appsecret signing_secret webhook_secret secrets token access_token accessToken
accesstoken refresh_token refreshtoken auth_token authtoken api_token apitoken bearer_token
bot_token csrf_token sessiontoken tokens resettoken api_key apiKey APIKey apikey api_keys
apikeys x-api-key private_key privatekey PrivateKey access_key accesskey card card_number
cardNumber cardnumber cardno creditcard credit_card credit_card_number debitcard card-code cvv
cvv2 cvc card_cvc cardcvc csc ccnum cc_number ccnumber CCNumber iban account_number
accountnumber bankaccountnumber routing_number sort_code ssn social_security_number otp otp_code
recovery_code
"""

OTHER_NAMES = """
discard_reason discard wildcard postcard_text scorecard cardinality cardio secretary
secretary_name tokenizer tokenization cadence name surname first_name phone_number number code
zip_code country_code key primary_key public_key_name option options adoption optional_note
passenger compass bypass pass_count passport_country session_id user_id client_id api_version
lesson iberian cvs_path plan seats amount currency note description url
"""

SECRET, NOT_SECRET = SECRET_NAMES.split(), OTHER_NAMES.split()

BEFORE = (
    *("password", "passwd", "pwd", "secret", "private_key", "api_key", "token", "card", "cvv"),
    *("cvc", "iban", "account_number", "routing_number", "ssn", "otp"),
)
"""What a name must not have contained anywhere, before names were read word by word."""


def test_there_are_eighty_and_forty() -> None:
    assert len(set(SECRET)) >= 80
    assert len(set(NOT_SECRET)) >= 40


@pytest.mark.parametrize("name", SECRET)
def test_what_is_a_secret_is_not_kept(name: str) -> None:
    assert says_secret(name, DEFAULT)


@pytest.mark.parametrize("name", NOT_SECRET)
def test_what_only_looks_like_one_is_kept(name: str) -> None:
    assert not says_secret(name, DEFAULT)


def test_no_secret_is_lost_that_was_found_by_a_part_of_its_name() -> None:
    found = [name for name in SECRET if any(word in name.lower() for word in BEFORE)]
    assert [name for name in found if not says_secret(name, DEFAULT)] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("APIKey", ("api", "key")),
        ("newPassword2", ("new", "password")),
        ("user[card-no.]", ("user", "card", "no")),
        ("mot_de_passé", ("mot", "de", "pass", "é")),
        ("12", ()),
        ("", ()),
    ],
)
def test_words_end_where_the_letters_do(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@given(before=st.text(max_size=8), after=st.text(max_size=8), secret=st.sampled_from(DEFAULT))
def test_a_secret_between_separators_is_one_whatever_stands_around(
    before: str, after: str, secret: str
) -> None:
    assert says_secret(f"{before}.{secret}.{after}", DEFAULT)


def test_a_site_names_its_own() -> None:
    assert says_secret("memberPin", ["pin"])
    assert says_secret("userpin", ["pin"])
    assert not says_secret("spinner", ["pin"])
