-- In a database with the locale C every sign beyond ASCII counts as a letter, so that "Michaelis–Menten" would be one word.
-- For the generated search column, which accepts immutable functions only; array_to_string is declared stable because
-- of types whose text depends on settings, and text is none of those.
CREATE FUNCTION "plain_words"(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT pg_catalog.translate($1, '–—‐‑−“”„‘’…«»·×', '-----"""       ') $$;
--> statement-breakpoint
CREATE FUNCTION "tag_words"(text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT pg_catalog.array_to_string($1, ' ') $$;
