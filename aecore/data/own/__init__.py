"""Reads the pictures that people bring, in the kinds of files that they have: `read.read_own`, `splits.dataset_of`."""
