"""Indexes whose order comes from a library of another version: built anew before anybody looks into them."""

from typing import Any

from backups.engine import query

STALE = """
with stale as (
  select k.oid from pg_collation k
  where k.collversion is distinct from pg_collation_actual_version(k.oid) and k.collversion is not null
  union all
  select 'pg_catalog.default'::regcollation::oid from pg_database d
  where d.datname = current_database() and d.datcollversion is not null
    and d.datcollversion is distinct from pg_database_collation_actual_version(d.oid))
select distinct format('%I.%I', n.nspname, c.relname)
from pg_index i
join pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
join pg_namespace n on n.oid = c.relnamespace
cross join lateral unnest(i.indcollation) as used (oid)
join stale on stale.oid = used.oid
order by 1
"""
REFRESH = """
do $$ declare each record; begin
  for each in select format('%I.%I', n.nspname, k.collname) as name
    from pg_collation k join pg_namespace n on n.oid = k.collnamespace
    where k.collversion is not null and k.collversion is distinct from pg_collation_actual_version(k.oid)
  loop execute 'alter collation ' || each.name || ' refresh version'; end loop;
  execute format('alter database %I refresh collation version', current_database());
end $$
"""


def renew(target: Any, database: str) -> list[str]:
    """Builds the indexes of one database anew whose collation changed; gives their names.

    PostgreSQL itself only warns (its manual, section 24.2.2 «Managing collations»): rows would not be found.
    """
    stale = query(target, STALE, database).splitlines()
    for index in stale:
        query(target, f"reindex index {index}", database)
    query(target, REFRESH, database)
    return stale
