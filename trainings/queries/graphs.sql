-- The graphs as JSON.
select coalesce(json_agg(row_to_json(each) order by each.graph), '[]') from (
  select graph, count(*) as nodes, count(distinct label) as classes
  from public.graph_nodes group by graph) as each
