-- Statements that a proof runs in the restored database `bem`. One that fails, or answers false, fails the proof.
select count(*) >= 0 from items;
select count(*) = count(distinct id) from items;
