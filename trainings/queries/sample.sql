-- A made-up graph of communities: neighbours are of one class, and features lean to it.
begin;
delete from public.graph_nodes where graph = :'graph';
select setseed(0.2) \g /dev/null
insert into public.graph_nodes
select :'graph', node, array_agg((random() + case when feature % :classes = node % :classes then 0.3 else 0 end)::real
                                 order by feature), node % :classes
from generate_series(0, :nodes - 1) as node, generate_series(0, :features - 1) as feature group by node;
insert into public.graph_edges
select distinct :'graph', node, (node + :classes * (1 + floor(random() * 9))::bigint) % (:nodes - :nodes % :classes)
from generate_series(0, :nodes - :nodes % :classes - 1) as node, generate_series(1, 3);
commit;
select count(*) from public.graph_edges where graph = :'graph'
