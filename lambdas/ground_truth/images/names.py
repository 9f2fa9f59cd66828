"""Names that tell nothing."""

import hashlib
import hmac

from ground_truth.images.clean import Pieces

# 128 bits: no two pictures of any dataset meet by chance.
_DIGITS = 32


def image_name(key: bytes, content: Pieces, ending: str) -> str:
    """The name of a prepared picture: a keyed hash of its content.

    The same picture gets the same name on every run with the same key, also where only the metadata of the
    originals differed; without the key nobody can tell whether a picture they have is in the dataset.
    """
    code = hmac.new(key, digestmod=hashlib.sha256)
    for piece in content:
        code.update(piece)
    return f"{code.hexdigest()[:_DIGITS]}.{ending}"
