"""The offline bundle: all that set-up fetches or builds, in one file, for a host without any registry.

`manifest`, `opening` and `debs` need nothing but Python itself: they run before there is an environment.
"""
