CREATE TABLE "former_slugs" (
	"slug" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lab_tickets" (
	"ticket_hash" text PRIMARY KEY NOT NULL,
	"lab_id" text NOT NULL,
	"user_id" text NOT NULL,
	"session_id" text,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "labs" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"project_id" text,
	"label" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"phase" text DEFAULT 'queued' NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"stop_requested" text,
	"engine_id" text,
	"address" jsonb,
	"secret" text,
	"stop_reason" text,
	"error" text,
	"usage" jsonb,
	"busy" text,
	"active_at" timestamp (3) with time zone,
	"stops_at" timestamp (3) with time zone,
	"kept_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ready_at" timestamp (3) with time zone,
	"stopped_at" timestamp (3) with time zone,
	"start_ms" integer,
	"warm" boolean
);
--> statement-breakpoint
CREATE TABLE "official_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"requested_by_id" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"answer" text DEFAULT '' NOT NULL,
	"decided_by_id" text,
	"requested_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "working_copies" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"user_id" text NOT NULL,
	"folder" text NOT NULL,
	"base_commit" text,
	"pending_commit" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "projects_owner";--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "progress" jsonb;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "seen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "official" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "keep_outputs" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "upstream_id" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "upstream_commit" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "trashed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "former_slugs" ADD CONSTRAINT "former_slugs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lab_tickets" ADD CONSTRAINT "lab_tickets_lab_id_labs_id_fk" FOREIGN KEY ("lab_id") REFERENCES "public"."labs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "labs" ADD CONSTRAINT "labs_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "labs" ADD CONSTRAINT "labs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "official_requests" ADD CONSTRAINT "official_requests_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "official_requests" ADD CONSTRAINT "official_requests_requested_by_id_users_id_fk" FOREIGN KEY ("requested_by_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "official_requests" ADD CONSTRAINT "official_requests_decided_by_id_users_id_fk" FOREIGN KEY ("decided_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "working_copies" ADD CONSTRAINT "working_copies_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "working_copies" ADD CONSTRAINT "working_copies_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "labs_label" ON "labs" USING btree ("label");--> statement-breakpoint
CREATE UNIQUE INDEX "labs_of" ON "labs" USING btree ("user_id","project_id") WHERE project_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "labs_home" ON "labs" USING btree ("user_id") WHERE project_id is null;--> statement-breakpoint
CREATE INDEX "labs_open" ON "labs" USING btree ("started_at") WHERE state in ('queued', 'starting', 'ready', 'stopping');--> statement-breakpoint
CREATE UNIQUE INDEX "official_requests_open" ON "official_requests" USING btree ("project_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "official_requests_queue" ON "official_requests" USING btree ("state","requested_at");--> statement-breakpoint
CREATE UNIQUE INDEX "working_copies_of" ON "working_copies" USING btree ("project_id","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "working_copies_folder" ON "working_copies" USING btree ("user_id","folder");--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_upstream_id_projects_id_fk" FOREIGN KEY ("upstream_id") REFERENCES "public"."projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "projects_copies" ON "projects" USING btree ("upstream_id") WHERE upstream_id is not null;--> statement-breakpoint
CREATE INDEX "projects_trash" ON "projects" USING btree ("trashed_at") WHERE trashed_at is not null;--> statement-breakpoint
CREATE INDEX "projects_owner" ON "projects" USING btree ("owner_id","updated_at" DESC NULLS FIRST);