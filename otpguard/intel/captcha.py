"""A hosted captcha: a vendor that says whether a person is at the form. A public extension point.

It is named in OTPGUARD["CAPTCHA"] by dotted path, with OPTIONS that become keyword arguments of
its constructor. Without the setting there is none, and no page loads anything from elsewhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, runtime_checkable

from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change

LONGEST_ANSWER = 8_192
"""Characters of what a widget hands to the form."""


@runtime_checkable
class Captcha(Protocol):
    """One vendor. It is made once in a process, and called by several threads at once."""

    @property
    def site_key(self) -> str:
        """What the widget in the page is given; public."""

    @property
    def script_url(self) -> str:
        """The https URL of the widget's script."""

    @property
    def widget_sources(self) -> tuple[str, ...]:
        """The origins from which the widget loads scripts, styles and frames and which it asks:
        the content policy allows them on that page alone."""

    @property
    def widget_class(self) -> str:
        """The class of the element that the script fills."""

    @property
    def answer_field(self) -> str:
        """The name of the form field in which the widget puts its answer."""

    def action_of(self, source: str) -> str:
        """A checkpoint as the vendor's widget is told it."""

    def verify(self, answer: str, *, source: str, client_ip: str) -> bool | None:
        """Ask the vendor, within seconds, about an answer that a form sent at checkpoint `source`.

        True if a person is there, False if not, None if the vendor did not say: it is away, it is
        too slow, it does not know our key, or nobody understands what it said. Raises nothing.
        """


@lru_cache(maxsize=1)
def captcha() -> Captcha | None:
    """The configured captcha, made once; None without one.

    Raises ImportError for a wrong dotted path, TypeError and ValueError for wrong options or for a
    class that is none.
    """
    config = settings().captcha
    if config is None:
        return None
    made = import_string(config.backend)(**config.options)
    if not isinstance(made, Captcha):
        raise TypeError(f"{config.backend} must have all members of otpguard.intel.captcha.Captcha")
    return made


forget_on_change(captcha)
