"""CloudFormation values as plain text, each under the path of its property.

References are written as ``Fn::Sub`` writes them, ``${Bucket.Arn}/*``, so that the same value has
the same text however the CDK happens to compose it.
"""

import json
import re
from dataclasses import dataclass

from ground_truth.contract.json_types import Json, JsonObject

LONGEST_VALUE = 80
# Enough of what stays the same to find the place.
_CONTEXT = 20
# The CDK names files and code by their SHA-256, which says nothing to a reader.
_ASSET_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# What the members of a list are known by, so that one more in front does not change all the others.
_NAMING_KEYS = ("Key", "Name", "Id", "PolicyName")


@dataclass(frozen=True)
class PolicyDocument:
    """The statements of a policy, and what stands beside them."""

    statements: list[Json]
    frame: JsonObject


def plain(value: Json) -> str:
    """Writes a value on one line."""
    text = _text(value)
    # "false" is not false, and a line break would break the line.
    if (text in ("", "true", "false", "null") and isinstance(value, str)) or not text.isprintable():
        return json.dumps(text)
    return text


def flatten(value: Json, path: str = "") -> dict[str, str]:
    """Lists every value under its path, but for the statements of policies: they are compared as such."""
    document = policy_document(value)
    if document is not None:
        value = document.frame
    texts: dict[str, str] = {}
    if isinstance(value, dict) and _is_structure(value):
        for key, item in value.items():
            texts |= flatten(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(_is_structure(item) for item in value):
        for name, item in zip(_names(value), value, strict=True):
            texts |= flatten(item, f"{path}[{name}]")
    elif document is None:
        texts[path] = plain(value)
    return texts


def policy_document(value: Json) -> PolicyDocument | None:
    """The policy document that a value is, or holds as JSON text; else None."""
    if not isinstance(value, dict) or _is_function(value):
        text = _text(value)
        if not (text.startswith("{") and '"Statement"' in text):
            return None
        try:
            document: JsonObject = json.loads(text)
        except ValueError:
            return None
    else:
        document = value
    statements = document.get("Statement")
    statements = [statements] if isinstance(statements, dict) else statements
    if isinstance(statements, list) and any(isinstance(item, dict) and "Effect" in item for item in statements):
        return PolicyDocument(statements, {key: item for key, item in document.items() if key != "Statement"})
    return None


def without_hashes(text: str) -> str:
    """The text with every asset hash replaced by ``<asset>``."""
    return _ASSET_HASH.sub("<asset>", text)


def asset_hashes(text: str) -> set[str]:
    """The asset hashes in a text."""
    return set(_ASSET_HASH.findall(text))


def shorten(text: str) -> str:
    """Cuts the middle out of a long value."""
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[: LONGEST_VALUE - _CONTEXT - 3]} … {text[-_CONTEXT:]}"


def shorten_both(old: str, new: str) -> tuple[str, str]:
    """Cuts two long values such that the first difference stays visible."""
    if max(len(old), len(new)) > LONGEST_VALUE:
        pairs = enumerate(zip(old, new, strict=False))
        same = next((index for index, (left, right) in pairs if left != right), min(len(old), len(new)))
        if same > 2 * _CONTEXT:
            old, new = (f"… {text[same - _CONTEXT :]}" for text in (old, new))
    return shorten(old), shorten(new)


def _text(value: Json) -> str:
    match value:
        case str():
            return value
        case list():
            return f"[{', '.join(plain(item) for item in value)}]"
        case {"Ref": str(name), **others} if not others:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)], **others} if not others:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": [str(separator), list(parts)], **others} if not others:
            return separator.join(_text(part) for part in parts)
        case {"Fn::Sub": str(text), **others} if not others:
            return text
        case dict():
            return f"{{{', '.join(f'{key}: {plain(item)}' for key, item in value.items())}}}"
    return json.dumps(value)


def _is_function(value: JsonObject) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _is_structure(value: Json) -> bool:
    return isinstance(value, dict) and bool(value) and not _is_function(value)


def _names(items: list[Json]) -> list[str]:
    for key in _NAMING_KEYS:
        names = [item.get(key) if isinstance(item, dict) else None for item in items]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return [str(name) for name in names]
    return [str(index) for index in range(len(items))]
