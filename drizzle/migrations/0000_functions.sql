-- For the generated search column, which accepts immutable functions only; array_to_string is declared stable because
-- of types whose text depends on settings, and text is none of those.
CREATE FUNCTION "tag_words"(text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT pg_catalog.array_to_string($1, ' ') $$;
