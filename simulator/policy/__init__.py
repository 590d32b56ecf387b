"""The policy language: trees become frozen values that know their positions."""
