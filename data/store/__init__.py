"""The database: schema and every query, one file a subject."""
