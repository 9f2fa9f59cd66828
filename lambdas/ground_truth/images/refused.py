"""Why a file is not used."""


class Refused(ValueError):
    """A file that is left out; the text tells its owner why, in plain words."""
