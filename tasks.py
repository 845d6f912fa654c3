"""Wiring only: one collection a folder, the default tasks `backup`, `restore`, `drill`."""

from invoke.collection import Collection

import backups.kit.tasks
import backups.upgrade.tasks
import backups.vault.tasks
import certs.tasks
import command_line.tasks
import drills.tasks
import infra.tasks
import inspection.tasks
import operation.tasks
import pulses.tasks
import rollout.tasks
import schedules.tasks
import tokens.tasks
import trainings.tasks
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
    inspection.tasks.ps,
    inspection.tasks.logs,
    inspection.tasks.execute,
    inspection.tasks.compose,
    rollout.tasks.deploy,
    rollout.tasks.scale,
    rollout.tasks.restart,
    rollout.tasks.migrate,
    operation.tasks.history,
    backups.kit.tasks.recover,
    command_line.tasks.completion,
):
    namespace.add_task(each)
backup, restore = collections()
backup.add_task(schedules.tasks.backup)
backup.add_task(backups.kit.tasks.kit)
backup.add_task(backups.kit.tasks.endpoint)
backup.add_task(backups.vault.tasks.vault)
drills.tasks.collection.add_task(schedules.tasks.drill)
certs.tasks.collection.add_task(schedules.tasks.certificates)
for collection in (
    backup,
    restore,
    backups.upgrade.tasks.collection,
    certs.tasks.collection,
    drills.tasks.collection,
    pulses.tasks.collection,
    schedules.tasks.collection,
    trainings.tasks.collection,
    tokens.tasks.collection,
):
    namespace.add_collection(collection)
reported(namespace)
attach()
