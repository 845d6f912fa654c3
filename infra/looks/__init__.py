"""Looks at a stack: each tells `Status` what it found, and what is wrong with it."""
