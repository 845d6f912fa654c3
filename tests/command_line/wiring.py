"""The tasks of this project as they were before anybody read them, with bodies that other tests can call."""

import copy
from unittest import mock

from operation.reporting import reported

with mock.patch("operation.reporting.reported"), mock.patch("command_line.program.attach"):
    import tasks as wiring  # it would change the tasks that other tests call, too

FRESH = reported(copy.deepcopy(wiring.namespace))
"""Invoke gives each option's help away once; everybody takes a copy of this."""
