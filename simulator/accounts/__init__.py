"""Accounts: who exists, in which groups, with which policies, as declared in a file."""
