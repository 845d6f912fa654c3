-- Queues a job and gives its number.
insert into public.training_jobs (graph, epochs) values (:'graph', :epochs) returning job
