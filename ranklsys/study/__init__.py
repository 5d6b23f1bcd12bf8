"""Study: one model, asked: run, scanned, compared, scored, fitted; models and tables of observations come in."""
