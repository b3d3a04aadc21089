ALTER TABLE "uploads" ADD COLUMN "address_hash" text;--> statement-breakpoint
-- An answer whose source was removed keeps the cells that were copied for it; every other refers to its source's.
UPDATE "runs" SET "cached_from_id" = NULL WHERE "cached_from_id" IS NOT NULL AND "cached_from_id" NOT IN (SELECT "id" FROM "runs");--> statement-breakpoint
DELETE FROM "run_cells" USING "runs" WHERE "runs"."id" = "run_cells"."run_id" AND "runs"."cached_from_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_cached_from_id_runs_id_fk" FOREIGN KEY ("cached_from_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_cached_from" ON "runs" USING btree ("cached_from_id") WHERE cached_from_id is not null;--> statement-breakpoint
CREATE INDEX "uploads_owner" ON "uploads" USING btree ("owner_id") WHERE owner_id is not null;--> statement-breakpoint
CREATE INDEX "uploads_visitor" ON "uploads" USING btree ("visitor_id") WHERE visitor_id is not null;--> statement-breakpoint
CREATE INDEX "uploads_address" ON "uploads" USING btree ("address_hash") WHERE address_hash is not null;