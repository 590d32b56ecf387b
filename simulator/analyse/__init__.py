"""Analyses: they read the compiled statements and the run, and never decide by themselves."""
