"""The tests of iamproof; ``tests/corpus/README.md`` says where the cases come from."""
