"""Why a file is not used."""


class Refused(ValueError):
    """A file that is left out; the text tells its owner why, in plain words."""


class DetectionFailed(OSError):
    """A detector that did not answer: no file is at fault, and none may be used as if it had."""
