-- What the HTTP service keeps. Run by a superuser in the service's database; running it again changes nothing.
CREATE TABLE IF NOT EXISTS public.items (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    idempotency_key text UNIQUE
);

REVOKE ALL ON public.items FROM PUBLIC, bem_api;
GRANT SELECT, INSERT, DELETE ON public.items TO bem_api;
