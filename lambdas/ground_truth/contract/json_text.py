"""JSON as it is sent, and how its length counts against the contract's limits (contract section 2.1)."""

import json
import re

from ground_truth.contract.errors import InputError

# Lone surrogates have no UTF-8, and some readers end a line at the others: escaped, they read back the same.
_NEEDS_ESCAPE = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


def json_text(value: object) -> str:
    """A value as JSON in one line, with every character as itself that UTF-8 and the readers of lines let stand.

    Raises InputError for numbers that JSON does not have, such as NaN, and TypeError for what is no JSON at all.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InputError(f"there is a number that JSON does not have ({error}): write null or a finite one") from error
    return _NEEDS_ESCAPE.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def json_length(value: object) -> int:
    """How many characters a value has as it is sent: Unicode characters, escapes only where JSON demands them.

    Raises InputError and TypeError like ``json_text``.
    """
    return len(json_text(value))
