"""TEST_NUMBERS: phone numbers that get no message and whose code is fixed."""

from __future__ import annotations

from otpguard.conf.values import SettingsError, mapping
from otpguard.core.codes import CODE_DIGITS, Code
from otpguard.core.phone import InvalidPhoneError, mask_phone, parse_phone


def read_test_numbers(value: object) -> dict[str, Code]:
    """TEST_NUMBERS as codes by number in E.164. Raises SettingsError (E002).

    A number must have its country code and be one that people can enroll.
    """
    result = {}
    for raw, code in mapping(value).items():
        try:
            number = parse_phone(raw, region="ZZ").e164
        except InvalidPhoneError:
            raise SettingsError(
                "otpguard.E002", f'"{mask_phone(raw)}" must be a valid number with its country code'
            ) from None
        if not isinstance(code, str) or not _is_code(code):
            raise SettingsError(
                "otpguard.E002",
                f"the code of {mask_phone(number)} must be text of {CODE_DIGITS} digits",
            )
        result[number] = Code(code)
    return result


def _is_code(text: str) -> bool:
    return len(text) == CODE_DIGITS and text.isascii() and text.isdigit()
