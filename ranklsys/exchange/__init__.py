"""Exchange: models and experiments in the formats of others, written and read; an importer for each foreign library."""
