CREATE TABLE "environment_bases" (
	"adapter" text NOT NULL,
	"digest" text NOT NULL,
	"inventory" jsonb NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "environment_bases_adapter_digest_pk" PRIMARY KEY("adapter","digest")
);
--> statement-breakpoint
CREATE TABLE "environment_builds" (
	"id" text PRIMARY KEY NOT NULL,
	"adapter" text NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"plan" jsonb NOT NULL,
	"project_id" text,
	"commit" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"phase" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"engine_id" text,
	"name" text,
	"digest" text,
	"bytes" bigint,
	"error" text,
	"may_pass" boolean DEFAULT false NOT NULL,
	"lines" integer DEFAULT 0 NOT NULL,
	"queued_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"not_before" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"used_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "environment_log" (
	"build_id" text NOT NULL,
	"seq" integer NOT NULL,
	"line" text NOT NULL,
	CONSTRAINT "environment_log_build_id_seq_pk" PRIMARY KEY("build_id","seq")
);
--> statement-breakpoint
CREATE TABLE "project_environments" (
	"project_id" text PRIMARY KEY NOT NULL,
	"commit" text NOT NULL,
	"asked" jsonb NOT NULL,
	"unmade" text,
	"wanted_id" text,
	"current_id" text,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "worksheet_versions" ADD COLUMN "environment_build_id" text;--> statement-breakpoint
ALTER TABLE "environment_builds" ADD CONSTRAINT "environment_builds_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "environment_log" ADD CONSTRAINT "environment_log_build_id_environment_builds_id_fk" FOREIGN KEY ("build_id") REFERENCES "public"."environment_builds"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_environments" ADD CONSTRAINT "project_environments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_environments" ADD CONSTRAINT "project_environments_wanted_id_environment_builds_id_fk" FOREIGN KEY ("wanted_id") REFERENCES "public"."environment_builds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_environments" ADD CONSTRAINT "project_environments_current_id_environment_builds_id_fk" FOREIGN KEY ("current_id") REFERENCES "public"."environment_builds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "environment_builds_key" ON "environment_builds" USING btree ("adapter","key");--> statement-breakpoint
CREATE INDEX "environment_builds_open" ON "environment_builds" USING btree ("queued_at") WHERE state in ('queued', 'building');--> statement-breakpoint
CREATE INDEX "environment_builds_project" ON "environment_builds" USING btree ("project_id");--> statement-breakpoint
ALTER TABLE "worksheet_versions" ADD CONSTRAINT "worksheet_versions_environment_build_id_environment_builds_id_fk" FOREIGN KEY ("environment_build_id") REFERENCES "public"."environment_builds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "worksheet_versions_environment" ON "worksheet_versions" USING btree ("environment_build_id") WHERE environment_build_id is not null;