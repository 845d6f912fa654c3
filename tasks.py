"""Wiring only: one collection a folder, the default tasks `backup`, `restore`, `drill`."""

from invoke.collection import Collection

import certs.tasks
import command_line.tasks
import drills.tasks
import infra.tasks
import operation.tasks
import schedules.tasks
from backups.tasks import collections
from command_line.program import attach
from operation.reporting import reported

namespace = Collection()
for each in (
    infra.tasks.up,
    infra.tasks.preview,
    infra.tasks.down,
    infra.tasks.status,
    infra.tasks.probe,
    infra.tasks.logs,
    operation.tasks.history,
    command_line.tasks.completion,
):
    namespace.add_task(each)
backup, restore = collections()
backup.add_task(schedules.tasks.backup)
drills.tasks.collection.add_task(schedules.tasks.drill)
for collection in (
    backup,
    restore,
    certs.tasks.collection,
    drills.tasks.collection,
    schedules.tasks.collection,
):
    namespace.add_collection(collection)
reported(namespace)
attach()
