"""Backends: every engine behind one face, the request and response shapes of AWS's simulator."""
