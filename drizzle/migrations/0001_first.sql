CREATE TABLE "api_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "areas" (
	"slug" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"position" integer DEFAULT 100 NOT NULL,
	"public_worksheets" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "blobs" (
	"digest" text PRIMARY KEY NOT NULL,
	"media_type" text NOT NULL,
	"size" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "engines" (
	"id" text PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"heartbeat_at" timestamp (3) with time zone NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "one_time_keys" (
	"key_hash" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_kind" text DEFAULT 'user' NOT NULL,
	"owner_id" text NOT NULL,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"type" text NOT NULL,
	"area_slug" text NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"repository_id" text,
	"state" text DEFAULT 'creating' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"window_start" timestamp (3) with time zone NOT NULL,
	"count" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_cells" (
	"run_id" text NOT NULL,
	"index" integer NOT NULL,
	"outputs" jsonb NOT NULL,
	"execution_count" integer,
	"duration_ms" integer,
	CONSTRAINT "run_cells_run_id_index_pk" PRIMARY KEY("run_id","index")
);
--> statement-breakpoint
CREATE TABLE "run_events" (
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"event" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "run_events_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY NOT NULL,
	"worksheet_id" text NOT NULL,
	"version_id" text NOT NULL,
	"purpose" text DEFAULT 'person' NOT NULL,
	"owner_id" text,
	"visitor_id" text,
	"claim_hash" text,
	"shared" boolean DEFAULT false NOT NULL,
	"values" jsonb NOT NULL,
	"cache_key" text NOT NULL,
	"cached_from_id" text,
	"state" text DEFAULT 'queued' NOT NULL,
	"queue_key" text NOT NULL,
	"address_hash" text,
	"engine_id" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"error" jsonb,
	"record" jsonb,
	"last_event" integer DEFAULT 0 NOT NULL,
	"queued_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text,
	"visitor_id" text,
	"name" text NOT NULL,
	"size" integer NOT NULL,
	"digest" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"username" text NOT NULL,
	"display_name" text NOT NULL,
	"email" text,
	"password_hash" text,
	"level" text DEFAULT 'reader' NOT NULL,
	"uid_offset" integer GENERATED ALWAYS AS IDENTITY (sequence name "users_uid_offset_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"suspended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "worksheet_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"worksheet_id" text NOT NULL,
	"commit" text NOT NULL,
	"notebook_path" text NOT NULL,
	"compiled" jsonb NOT NULL,
	"environment_name" text NOT NULL,
	"environment_digest" text NOT NULL,
	"result_run_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "worksheets" (
	"id" text PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"project_id" text NOT NULL,
	"notebook_path" text NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"area_slug" text NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"language" text NOT NULL,
	"visibility" text NOT NULL,
	"official" boolean DEFAULT false NOT NULL,
	"author_name" text NOT NULL,
	"data_sources" text,
	"current_version_id" text,
	"thumbnail" jsonb,
	"result_at" timestamp (3) with time zone,
	"published_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"unpublished_at" timestamp (3) with time zone,
	"search_text" text DEFAULT '' NOT NULL,
	"search" "tsvector" GENERATED ALWAYS AS (setweight(to_tsvector('english', plain_words(title)), 'A') || setweight(to_tsvector('simple', plain_words(title)), 'A') || setweight(to_tsvector('english', tag_words(tags)), 'A') || setweight(to_tsvector('simple', tag_words(tags)), 'A') || setweight(to_tsvector('english', plain_words(summary)), 'B') || setweight(to_tsvector('simple', plain_words(summary)), 'B') || setweight(to_tsvector('english', plain_words(search_text)), 'C')) STORED
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_area_slug_areas_slug_fk" FOREIGN KEY ("area_slug") REFERENCES "public"."areas"("slug") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_cells" ADD CONSTRAINT "run_cells_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_worksheet_id_worksheets_id_fk" FOREIGN KEY ("worksheet_id") REFERENCES "public"."worksheets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_version_id_worksheet_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."worksheet_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "worksheet_versions" ADD CONSTRAINT "worksheet_versions_worksheet_id_worksheets_id_fk" FOREIGN KEY ("worksheet_id") REFERENCES "public"."worksheets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "worksheets" ADD CONSTRAINT "worksheets_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "worksheets" ADD CONSTRAINT "worksheets_area_slug_areas_slug_fk" FOREIGN KEY ("area_slug") REFERENCES "public"."areas"("slug") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_hash" ON "api_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "api_tokens_user" ON "api_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_slug" ON "projects" USING btree ("slug");--> statement-breakpoint
CREATE INDEX "projects_owner" ON "projects" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "runs_open" ON "runs" USING btree ("queued_at") WHERE state in ('queued', 'starting', 'running');--> statement-breakpoint
CREATE INDEX "runs_cache" ON "runs" USING btree ("cache_key","finished_at" DESC NULLS FIRST) WHERE state = 'done' and cached_from_id is null;--> statement-breakpoint
CREATE INDEX "runs_owner" ON "runs" USING btree ("owner_id","queued_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_visitor" ON "runs" USING btree ("visitor_id","queued_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE visitor_id is not null;--> statement-breakpoint
CREATE INDEX "runs_worksheet" ON "runs" USING btree ("worksheet_id","queued_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_queue" ON "runs" USING btree ("queue_key","started_at");--> statement-breakpoint
CREATE INDEX "runs_expiry" ON "runs" USING btree ("expires_at") WHERE expires_at is not null;--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "uploads_expiry" ON "uploads" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_username" ON "users" USING btree ("username");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "worksheet_versions_worksheet" ON "worksheet_versions" USING btree ("worksheet_id","created_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE UNIQUE INDEX "worksheets_slug" ON "worksheets" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "worksheets_notebook" ON "worksheets" USING btree ("project_id","notebook_path");--> statement-breakpoint
CREATE INDEX "worksheets_search" ON "worksheets" USING gin ("search");--> statement-breakpoint
CREATE INDEX "worksheets_tags" ON "worksheets" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "worksheets_gallery" ON "worksheets" USING btree ("visibility","official" DESC NULLS FIRST,"published_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE unpublished_at is null and current_version_id is not null;--> statement-breakpoint
CREATE INDEX "worksheets_area" ON "worksheets" USING btree ("area_slug","visibility","official" DESC NULLS FIRST,"published_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE unpublished_at is null and current_version_id is not null;--> statement-breakpoint
CREATE INDEX "worksheets_project" ON "worksheets" USING btree ("project_id","official" DESC NULLS FIRST,"published_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);