"""The HTML report in Chromium; skipped with the reason where there is none."""
