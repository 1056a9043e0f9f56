"""Why a peer is left out of a comparison."""


class Absent(Exception):
    """This peer cannot run here; the message says why."""
