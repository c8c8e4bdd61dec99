"""The tests. Asserts of the contract suites tell their values as those of the tests do."""

import pytest

pytest.register_assert_rewrite("otpguard.testing")
