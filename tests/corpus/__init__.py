"""Cases: rows of our own in ``*.yaml``, AWS's recorded answers in ``recorded/*.json``; see ``README.md``."""
