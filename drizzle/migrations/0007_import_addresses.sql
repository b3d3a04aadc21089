ALTER TABLE "projects" ADD COLUMN "import_url" text;--> statement-breakpoint
-- Projects of the demo library came without the mark that their worksheets have.
UPDATE "projects" SET "official" = true WHERE "visibility" = 'public' AND EXISTS (SELECT 1 FROM "worksheets" WHERE "worksheets"."project_id" = "projects"."id" AND "worksheets"."official");
