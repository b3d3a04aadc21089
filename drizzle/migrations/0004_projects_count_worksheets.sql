ALTER TABLE "projects" ADD COLUMN "public_worksheets" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "projects_shown" ON "projects" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE visibility = 'public' and state = 'ready' and public_worksheets > 0;--> statement-breakpoint
UPDATE "projects" SET "public_worksheets" = (SELECT count(*) FROM "worksheets" WHERE "worksheets"."project_id" = "projects"."id" AND "worksheets"."visibility" = 'public' AND "worksheets"."unpublished_at" IS NULL AND "worksheets"."current_version_id" IS NOT NULL);
