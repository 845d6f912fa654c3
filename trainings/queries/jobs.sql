-- The newest jobs as JSON, the oldest of them first.
select coalesce(json_agg(row_to_json(each) order by each.job), '[]') from (
  select job, graph, epochs, state, epoch, round(loss::numeric, 4) as loss,
         round(accuracy::numeric, 4) as accuracy, attempts, worker, artefact, sha256, reason, created_at, finished_at
  from public.training_jobs order by job desc limit :most) as each
