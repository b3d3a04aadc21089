CREATE TABLE "accepted_environments" (
	"user_id" text NOT NULL,
	"build_id" text NOT NULL,
	"accepted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "accepted_environments_user_id_build_id_pk" PRIMARY KEY("user_id","build_id")
);
--> statement-breakpoint
ALTER TABLE "accepted_environments" ADD CONSTRAINT "accepted_environments_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accepted_environments" ADD CONSTRAINT "accepted_environments_build_id_environment_builds_id_fk" FOREIGN KEY ("build_id") REFERENCES "public"."environment_builds"("id") ON DELETE cascade ON UPDATE no action;